import type { FetchEntryReply, FetchEntryRequest } from "../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { EntryTimes } from "../../../shared/domain/caching/freshness.ts";
import { freshness } from "../../../shared/domain/caching/freshness.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import { decodeBody } from "../entries/body-codec.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { UseLog } from "../entries/use-log.ts";
import type { FlightTable } from "../flights/flight-table.ts";
import type { Promotion } from "../spill/promotion.ts";
import type { QuestionStore } from "./candidates/question-store.ts";

const NO_CONTROLS = { maxAgeSeconds: null, minFreshSeconds: null, maxStaleSeconds: null };
const NO_STALE = { staleWhileRevalidateMs: 0, staleIfErrorMs: 0 };
const decoder = new TextDecoder();

export interface EntryFetcherParts {
  readonly clock: Clock;
  readonly store: EntryStore;
  readonly uses: UseLog;
  readonly flights: FlightTable;
  readonly promotion: Promotion;
  readonly questions: Pick<QuestionStore, "questionOf">;
}

/** Gives entries and flights of this shard to the shard whose similarity search found them, which may be this one. */
export class EntryFetcher {
  readonly #parts: EntryFetcherParts;

  constructor(parts: EntryFetcherParts) {
    this.#parts = parts;
  }

  /** Fetches an entry, whose body is decompressed here, or joins a flight. `gone` when it cannot be served. */
  async fetch(request: FetchEntryRequest): Promise<FetchEntryReply> {
    if (request.source === "flight") return this.#fetchFlight(request.key);
    const { store, promotion, questions, uses, clock } = this.#parts;
    if (!this.#isServable(request.key)) return { kind: "gone" };
    const found = store.lookup(request.key);
    if (found.kind === "absent") return { kind: "gone" };
    const resident = found.kind === "resident" ? found.resident : await promotion.promote(found.entry);
    const text = questions.questionOf(request.key)?.text ?? null;
    if (resident === null || text === null) return { kind: "gone" };
    const json = decodeBody(resident.body.json);
    const events = decodeBody(resident.body.events);
    if (json === null || events === null) return { kind: "gone" };
    uses.note(request.key, clock.nowMs());
    const { provider, answeredModel, createdMs, expiresMs, inputTokens, outputTokens } = resident.entry;
    const { usageEvent } = resident.body;
    return {
      kind: "entry",
      text,
      json: decoder.decode(json),
      events,
      usageEvent,
      provider,
      model: answeredModel,
      createdMs,
      expiresMs,
      inputTokens,
      outputTokens,
    };
  }

  /** Whether an entry is fresh by its times and by uses that have not been written yet. */
  isFresh(key: string, times: EntryTimes): boolean {
    const { uses, clock } = this.#parts;
    const lastUsedMs = uses.lastUsedMs({ key, lastUsedMs: times.lastUsedMs });
    return freshness({ ...times, lastUsedMs }, NO_STALE, NO_CONTROLS, clock.nowMs()).kind === "fresh";
  }

  #isServable(key: string): boolean {
    const entry = this.#parts.store.find(key);
    return entry !== null && this.isFresh(key, entry);
  }

  #fetchFlight(key: string): FetchEntryReply {
    const { flights } = this.#parts;
    const flight = flights.joinable(key);
    if (flight === null || flight.state === "deciding") return { kind: "gone" };
    const stream = flight.subscribe(true);
    if (stream === null) return { kind: "gone" };
    flight.addFollower();
    return { kind: "flight", stream };
  }
}
