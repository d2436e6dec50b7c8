import type { MeteredClass, Owner } from "./owner.ts";
import { ownerKey } from "./owner.ts";

/** What keeps an object from hibernating: calls to it, work passed to `waitUntil`, and requests to providers. */
export type ActivityKind = "call" | "waitUntil" | "fetch";

/** What the objects are doing now. */
export class ObjectActivity {
  readonly #counts = new Map<string, Map<ActivityKind, number>>();

  async during<Value>(owner: Owner, kind: ActivityKind, work: Promise<Value>): Promise<Value> {
    const counts = this.#counts.get(ownerKey(owner)) ?? new Map<ActivityKind, number>();
    this.#counts.set(ownerKey(owner), counts);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    try {
      return await work;
    } finally {
      counts.set(kind, (counts.get(kind) ?? 1) - 1);
    }
  }

  /** Keys of the owners that are busy, with what they do. */
  busy(): ReadonlyMap<string, string> {
    const busy = new Map<string, string>();
    for (const [key, counts] of this.#counts) {
      const open = [...counts].filter(([, count]) => count > 0);
      if (open.length > 0) busy.set(key, open.map(([kind, count]) => `${count} ${kind}`).join(", "));
    }
    return busy;
  }

  /** Calls to objects of a class that are in progress. */
  callsTo(binding: MeteredClass): number {
    let calls = 0;
    for (const [key, counts] of this.#counts) if (key.startsWith(`${binding} `)) calls += counts.get("call") ?? 0;
    return calls;
  }

  clear(): void {
    this.#counts.clear();
  }
}
