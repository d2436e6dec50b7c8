import type { Jurisdiction, Location, PlacementConfig } from "../config/config.ts";

/** A Durable Object namespace. */
interface ObjectNamespace<Stub> {
  getByName(name: string, options?: { readonly locationHint?: Location }): Stub;
  jurisdiction(jurisdiction: Jurisdiction): ObjectNamespace<Stub>;
}

/** Finds the objects of a class by name. */
export interface PlacedObjects<Stub> {
  getByName(name: string): Stub;
}

/**
 * The objects of a namespace, in the configured jurisdiction and near the configured location. All stubs of the product
 * come from here: one that did not would create its object elsewhere, and an object never moves. `getByName` throws
 * when the binding is missing or the runtime has no jurisdictions; it never falls back to objects outside.
 */
export function placedObjects<Stub>(namespace: ObjectNamespace<Stub>, { jurisdiction, location }: PlacementConfig): PlacedObjects<Stub> {
  // Only the call that creates an object heeds the hint.
  const options = location === null ? undefined : { locationHint: location };
  return {
    getByName: (name) => (jurisdiction === null ? namespace : namespace.jurisdiction(jurisdiction)).getByName(name, options),
  };
}
