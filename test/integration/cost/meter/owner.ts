/** Classes whose objects are metered. */
export type MeteredClass = "CACHE_SHARD" | "RATE_LIMITER" | "UPSTREAM";

/** Who runs code: an object, or the Worker. */
export interface Owner {
  readonly binding: MeteredClass | "WORKER";
  readonly name: string;
}

export const WORKER: Owner = { binding: "WORKER", name: "" };

export function ownerKey({ binding, name }: Owner): string {
  return `${binding} ${name}`;
}
