/** What is particular to one provider. */
export interface ProviderSpec {
  readonly name: string;
  /** Null when the operator has to set it, or when the provider has no address. */
  readonly defaultBaseUrl: string | null;
  /** Used when neither the request nor the configuration names a model. */
  readonly defaultModel: string;
  readonly auth: "bearer" | "none";
  /** True for a provider that answers inside the process, without a network. */
  readonly embedded: boolean;
}

/** Every known provider, in order of preference when several are configured. */
export const PROVIDERS: readonly ProviderSpec[] = [
  { name: "openai", defaultBaseUrl: "https://api.openai.com/v1", defaultModel: "gpt-4o-mini", auth: "bearer", embedded: false },
  { name: "demo", defaultBaseUrl: null, defaultModel: "demo", auth: "none", embedded: true },
];
