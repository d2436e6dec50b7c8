import type { AnswerReply, AnswerRequest } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { Freshness, StaleWindows } from "../../../shared/domain/caching/freshness.ts";
import { freshness } from "../../../shared/domain/caching/freshness.ts";
import { isolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import type { Entry } from "../entries/entry.ts";
import type { EntryStore, Lookup } from "../entries/entry-store.ts";
import type { ResidentEntry } from "../entries/ram-front.ts";
import type { UseLog } from "../entries/use-log.ts";
import type { FlightTable } from "../flights/flight-table.ts";
import { KeyTimes } from "../flights/key-times.ts";
import type { PassMarkers } from "../flights/pass-markers.ts";
import type { Promotion } from "../spill/promotion.ts";
import type { FlightFollower } from "./flight-follower.ts";
import type { Forwarding, ReplyBuilder } from "./reply-builder.ts";

const ANY_AGE = -1;
/** Shortest time between two refreshes of a key. Otherwise every request would call an upstream that fails. */
const REFRESH_COOLDOWN_MS = 5000;

export interface AnswererParts {
  readonly shard: number;
  readonly windows: StaleWindows;
  readonly clock: Clock;
  readonly store: EntryStore;
  readonly uses: UseLog;
  readonly flights: FlightTable;
  readonly passMarkers: PassMarkers;
  readonly promotion: Promotion;
  readonly follower: FlightFollower;
  readonly replies: ReplyBuilder;
}

/** The result of a lookup and its freshness for this caller; `fresh` is null when nothing was found. */
interface Candidate {
  readonly found: Lookup;
  readonly fresh: Freshness | null;
}

const BYPASS: Forwarding = { outcome: "BYPASS", forwarded: "bypass", stale: null };

/** Decides how a request is answered: from the store, from a flight in progress, or from a new flight. */
export class Answerer {
  readonly #parts: AnswererParts;

  /** Earliest time of the next refresh, by key (ms). */
  readonly #refreshAgainMs: KeyTimes;

  constructor(parts: AnswererParts) {
    this.#parts = parts;
    this.#refreshAgainMs = new KeyTimes(isolateLedger, `shard-${parts.shard}/refreshes`);
  }

  /**
   * Answers a request. A miss registers its flight before anything is awaited, so two identical requests cannot both
   * miss.
   */
  answer(request: AnswerRequest): AnswerReply | Promise<AnswerReply> {
    const { replies, follower } = this.#parts;
    if (!request.cache) {
      // RFC 9111 section 5.2.1.7: never forward `only-if-cached`, whatever else the request asks for.
      if (request.onlyIfCached) return replies.failure(request, { kind: "only_if_cached" });
      return follower.fly(request, null, BYPASS, { shared: false, keep: false });
    }
    const candidate = this.#candidate(request);
    const served = this.#serveStored(request, candidate);
    if (served !== null) return served;
    const spilled = spilledOf(candidate, this.#parts.clock.nowMs());
    if (request.onlyIfCached) return this.#onlyStored(request, spilled, { kind: "only_if_cached" });
    const stale = candidate.fresh?.kind === "stale_if_error" && candidate.found.kind === "resident" ? candidate.found.resident : null;
    const forwarded = forwardReason(request, candidate.fresh);
    const flight = this.#parts.flights.joinable(request.key);
    if (flight !== null) return follower.join(request, flight, { outcome: "COALESCED", forwarded, stale });
    if (!request.mayCallUpstream) {
      const instead = stale === null ? null : replies.fromEntry(request, stale, "STALE");
      return instead ?? this.#onlyStored(request, spilled, { kind: "limiter_unavailable", retryAfterSeconds: 1 });
    }
    const pass = this.#parts.passMarkers.has(request.key, this.#parts.clock.nowMs());
    return follower.fly(request, spilled, { outcome: "MISS", forwarded, stale }, { shared: !pass, keep: true });
  }

  /** Ends the wait of a request whose client has disconnected. */
  clientLeft(requestId: string): void {
    this.#parts.follower.clientLeft(requestId);
  }

  #candidate(request: AnswerRequest): Candidate {
    const found = request.read ? this.#parts.store.lookup(request.key) : ({ kind: "absent" } as const);
    if (found.kind === "absent") return { found, fresh: null };
    const entry = found.kind === "resident" ? found.resident.entry : found.entry;
    const lastUsedMs = this.#parts.uses.lastUsedMs(entry);
    const controls = {
      maxAgeSeconds: request.maxAgeSeconds,
      minFreshSeconds: request.minFreshSeconds,
      maxStaleSeconds: request.maxStaleSeconds === ANY_AGE ? Number.POSITIVE_INFINITY : request.maxStaleSeconds,
    };
    return { found, fresh: freshness({ ...entry, lastUsedMs }, this.#parts.windows, controls, this.#parts.clock.nowMs()) };
  }

  #serveStored(request: AnswerRequest, { found, fresh }: Candidate): AnswerReply | null {
    if (found.kind !== "resident" || fresh === null) return null;
    switch (fresh.kind) {
      case "fresh":
        return this.#hit(request, found.resident);
      case "stale_accepted":
        return this.#parts.replies.fromEntry(request, found.resident, "STALE");
      case "stale_while_revalidate":
        this.#refresh(request);
        return this.#parts.replies.fromEntry(request, found.resident, "STALE");
      case "stale_if_error":
      case "refused_by_caller":
      case "expired":
        return null;
    }
  }

  #hit(request: AnswerRequest, resident: ResidentEntry): AnswerReply | null {
    this.#parts.uses.note(request.key, this.#parts.clock.nowMs());
    return this.#parts.replies.fromEntry(request, resident, "HIT");
  }

  /**
   * Starts a refresh unless the key has a flight or was refreshed just now. Until it ends, requests get the stale
   * answer.
   */
  #refresh(request: AnswerRequest): void {
    const { flights, passMarkers, clock, follower } = this.#parts;
    if (!request.mayCallUpstream || flights.full || flights.joinable(request.key) !== null) return;
    const nowMs = clock.nowMs();
    // Do not repeat a refresh whose answer could not be stored, or one that started only a moment ago.
    if (passMarkers.has(request.key, nowMs) || nowMs < (this.#refreshAgainMs.get(request.key) ?? 0)) return;
    this.#refreshAgainMs.set(request.key, nowMs + REFRESH_COOLDOWN_MS);
    // `read: false`: a refresh needs the provider's answer, not a spilled entry or a semantic hit.
    follower.launch({ ...request, read: false }, null, { shared: true, keep: true });
  }

  async #onlyStored(request: AnswerRequest, spilled: Entry | null, otherwise: CacheError): Promise<AnswerReply> {
    const resident = spilled === null ? null : await this.#parts.promotion.promote(spilled);
    const hit = resident === null ? null : this.#hit(request, resident);
    return hit ?? this.#parts.replies.failure(request, otherwise);
  }
}

function forwardReason(request: AnswerRequest, fresh: Freshness | null): "miss" | "request" | "stale" {
  if (!request.read || fresh?.kind === "refused_by_caller") return "request";
  return fresh === null || fresh.kind === "fresh" || fresh.kind === "stale_accepted" ? "miss" : "stale";
}

/** The entry if its body is in KV, it may be served and its KV value has not expired; else null. */
function spilledOf({ found, fresh }: Candidate, nowMs: number): Entry | null {
  if (found.kind !== "spilled" || (fresh?.kind !== "fresh" && fresh?.kind !== "stale_accepted")) return null;
  return (found.entry.spilled?.kvExpiresMs ?? 0) > nowMs ? found.entry : null;
}
