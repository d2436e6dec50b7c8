import type { Owner } from "./owner.ts";
import { ownerKey } from "./owner.ts";

/** Later than any real time: the platform fires no alarm by itself. */
const START_MS = Date.UTC(2032, 0, 1, 12, 0, 30);

/** Something that is due at a time. `work` is null for the alarm of an object. */
export interface Due {
  readonly atMs: number;
  readonly owner: Owner;
  readonly work: (() => void) | null;
}

/** The one clock of the Worker and all objects, with their timers and alarms. */
export class FakeTime {
  nowMs = START_MS;
  readonly timers = new Set<Due>();
  readonly alarms = new Map<string, Due>();

  after(delayMs: number, owner: Owner, work: () => void): Due {
    const timer = { atMs: this.nowMs + delayMs, owner, work };
    this.timers.add(timer);
    return timer;
  }

  setAlarm(owner: Owner, atMs: number): void {
    this.alarms.set(ownerKey(owner), { atMs, owner, work: null });
  }

  clearAlarm(owner: Owner): void {
    this.alarms.delete(ownerKey(owner));
  }

  /** What is due next, until a time; null when nothing is. It is no longer pending. */
  take(untilMs: number): Due | null {
    let next: Due | null = null;
    for (const due of [...this.timers, ...this.alarms.values()]) if (next === null || due.atMs < next.atMs) next = due;
    if (next === null || next.atMs > untilMs) return null;
    if (next.work === null) this.clearAlarm(next.owner);
    else this.timers.delete(next);
    return next;
  }
}
