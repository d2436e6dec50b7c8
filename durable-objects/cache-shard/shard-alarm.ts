import type { Reporter } from "../../shared/report/report-event.ts";
import type { Clock } from "../../shared/time/clock.ts";

/** Time until work that failed is tried again (ms). */
const RETRY_MS = 60_000;
/** Expired rows are freed at most this often. */
const SWEEP_EVERY_MS = 30 * 60_000;

export interface ShardAlarmParts {
  readonly shard: number;
  readonly clock: Clock;
  readonly report: Reporter;
  readonly storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm" | "deleteAlarm">;
  /** Frees what purges have left. */
  free(): Promise<void>;
  /** Whether purged rows are left. */
  hasPurged(): boolean;
  /** Frees expired rows. */
  sweep(): Promise<void>;
  /** When the next row may be freed (ms); null when there is none. */
  nextExpiryMs(): number | null;
}

/**
 * The shard's one alarm. Setting it costs a written row, so it is only moved to an earlier time, and plans itself anew
 * when it fires. A run that fails is tried again: the platform gives up on an alarm that throws a few times.
 */
export class ShardAlarm {
  readonly #parts: ShardAlarmParts;
  /** Time of the alarm; null when it is not set, undefined when it has not been read. */
  #atMs: number | null | undefined;

  constructor(parts: ShardAlarmParts) {
    this.#parts = parts;
  }

  /** Sets the alarm, unless it is set to an earlier time. */
  async wakeAt(atMs: number): Promise<void> {
    const { storage } = this.#parts;
    if (this.#atMs === undefined) {
      const stored = await storage.getAlarm();
      // Another call may have set the alarm meanwhile.
      if (this.#atMs === undefined) this.#atMs = stored;
    }
    if (typeof this.#atMs === "number" && this.#atMs <= atMs) return;
    this.#atMs = atMs;
    try {
      await storage.setAlarm(atMs);
    } catch (error) {
      this.#atMs = undefined;
      throw error;
    }
  }

  /** Makes sure that an entry's row is freed after its expiry. Returns null when the alarm is early enough. */
  expireAt(expiresMs: number): Promise<void> | null {
    const atMs = sweepTime(expiresMs);
    return typeof this.#atMs === "number" && this.#atMs <= atMs ? null : this.wakeAt(atMs);
  }

  /** Handles the alarm. */
  async run(): Promise<void> {
    const { clock, report, shard } = this.#parts;
    this.#atMs = null;
    let nextMs: number | null;
    try {
      await this.#parts.free();
      await this.#parts.sweep();
      nextMs = this.#parts.hasPurged() ? clock.nowMs() : this.#nextSweepMs();
    } catch (error) {
      report({ event: "upkeep_failed", shard, message: String(error) });
      nextMs = clock.nowMs() + RETRY_MS;
    }
    if (nextMs !== null) await this.wakeAt(nextMs);
    else if (this.#atMs !== null) await this.#clear();
  }

  /** Deletes an alarm that was set during the run, which has done its work. */
  async #clear(): Promise<void> {
    this.#atMs = null;
    await this.#parts.storage.deleteAlarm();
  }

  #nextSweepMs(): number | null {
    const expiryMs = this.#parts.nextExpiryMs();
    return expiryMs === null ? null : Math.max(sweepTime(expiryMs), this.#parts.clock.nowMs());
  }
}

/** The next time at which expired rows are freed, at or after a time. Rounded, so that many expiries share one run. */
function sweepTime(atMs: number): number {
  return Math.ceil(atMs / SWEEP_EVERY_MS) * SWEEP_EVERY_MS;
}
