/** A stub that was asked for: of which class, by which name, and where its object is to be created. */
export interface StubRequest {
  readonly binding: string;
  readonly name: string;
  readonly jurisdiction: string | null;
  readonly location: string | null;
}

/** A Durable Object namespace that records every stub it gives out. Local workerd itself refuses jurisdictions. */
export function recordedNamespace(
  binding: string,
  find: (name: string) => unknown,
  requests: StubRequest[],
  jurisdiction: string | null = null,
): object {
  return {
    getByName: (name: string, options?: { readonly locationHint?: string }) => {
      requests.push({ binding, name, jurisdiction, location: options?.locationHint ?? null });
      return find(name);
    },
    jurisdiction: (inside: string) => recordedNamespace(binding, find, requests, inside),
  };
}
