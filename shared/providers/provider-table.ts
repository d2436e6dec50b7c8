/** Properties of one provider. */
export interface ProviderSpec {
  readonly name: string;
  /** Null when the operator must set it, or when the provider is embedded. */
  readonly defaultBaseUrl: string | null;
  /** Used when neither the request nor the configuration names a model. */
  readonly defaultModel: string;
  readonly auth: "bearer" | "none";
  /** True for a provider that runs inside the Worker and needs no network. */
  readonly embedded: boolean;
}

/** All known providers, in the order in which the default is chosen. */
export const PROVIDERS: readonly ProviderSpec[] = [
  { name: "openai", defaultBaseUrl: "https://api.openai.com/v1", defaultModel: "gpt-4o-mini", auth: "bearer", embedded: false },
  { name: "demo", defaultBaseUrl: null, defaultModel: "demo", auth: "none", embedded: true },
];
