import { byteStream } from "../../../shared/memory/byte-stream.ts";
import type { LedgerAccount } from "../../../shared/memory/isolate-ledger.ts";
import type { Release } from "../flights/reservation.ts";
import { chargeFor, reserveFor } from "../flights/reservation.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import { STREAM_BYTES } from "../flights/audience.ts";

/** A client that reads nothing for longer than this is cut off. */
const STALL_MS = 60_000;
const CHECK_MS = 10_000;

interface OpenStream {
  lastReadMs: number;
  cut(): void;
}

/** Streams of complete answers to clients. All streams of an answer read one copy of it, each at its client's pace. */
export class ReplyStreams {
  readonly #clock: Clock;
  readonly #answers: LedgerAccount;
  readonly #open = new Set<OpenStream>();
  #cancelCheck: (() => void) | null = null;

  /** @param answers the shard's account for answers in progress */
  constructor(clock: Clock, answers: LedgerAccount) {
    this.#clock = clock;
    this.#answers = answers;
  }

  /**
   * A stream of these parts, one after the other. The parts must not change.
   * @param must opens it even if the isolate has no memory for it, for a client that has been admitted already
   * @param release called when the client has taken everything or has left
   * @returns null when there is no memory; `release` is called then, too
   */
  open(parts: readonly Uint8Array[], must: boolean, release: Release): ReadableStream<Uint8Array> | null {
    const releaseStream = (must ? chargeFor : reserveFor)(this.#answers, STREAM_BYTES);
    if (releaseStream === null) {
      release();
      return null;
    }
    const open: OpenStream = { lastReadMs: this.#clock.nowMs(), cut: () => cut() };
    const { stream, cut } = byteStream(parts, {
      onRead: () => {
        open.lastReadMs = this.#clock.nowMs();
      },
      onEnd: () => {
        this.#close(open);
        releaseStream();
        release();
      },
    });
    this.#open.add(open);
    this.#cancelCheck ??= this.#scheduleCheck();
    return stream;
  }

  #close(open: OpenStream): void {
    this.#open.delete(open);
    if (this.#open.size > 0) return;
    this.#cancelCheck?.();
    this.#cancelCheck = null;
  }

  #scheduleCheck(): () => void {
    return this.#clock.after(CHECK_MS, () => {
      this.#cancelCheck = null;
      const nowMs = this.#clock.nowMs();
      for (const open of this.#open) if (nowMs - open.lastReadMs > STALL_MS) open.cut();
      if (this.#open.size > 0) this.#cancelCheck = this.#scheduleCheck();
    });
  }
}
