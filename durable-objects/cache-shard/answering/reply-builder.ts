import type { AnswerReply, AnswerRequest, CacheOutcome, FailedAnswer } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type { FetchedEntry } from "../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import { lifeEndMs } from "../../../shared/domain/caching/freshness.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { ResidentEntry } from "../entries/ram-front.ts";
import type { UseLog } from "../entries/use-log.ts";
import type { FlightAnswer, FlightOpening } from "../flights/flight.ts";
import type { SemanticMatch } from "../semantic/similarity-search.ts";
import type { ReplyForm, ReplyForms } from "./reply-forms.ts";

/** Explanation of an exact hit, for which no similarity search ran. */
const EXACT_EXPLANATION = JSON.stringify({ verdict: "exact", candidates: [] });

/** How a request that no stored answer satisfies is forwarded. */
export interface Forwarding {
  readonly outcome: "MISS" | "COALESCED" | "BYPASS";
  /** RFC 9211 `fwd`. */
  readonly forwarded: "miss" | "request" | "stale" | "bypass";
  /** Served instead of an error of the origin; null when there is none. */
  readonly stale: ResidentEntry | null;
}

export interface ReplyBuilderParts {
  readonly store: EntryStore;
  readonly uses: UseLog;
  readonly forms: ReplyForms;
  /** Counts one answered request. */
  countOutcome(request: AnswerRequest, outcome: CacheOutcome, tokensSaved: number): void;
  /** Counts one request that ended in an error. */
  countError(request: AnswerRequest): void;
}

/** Builds replies to requests and counts them. */
export class ReplyBuilder {
  readonly #parts: ReplyBuilderParts;

  constructor(parts: ReplyBuilderParts) {
    this.#parts = parts;
  }

  /**
   * The reply from the entry of the requested key. Fails when the isolate has no memory for it. When its body is
   * damaged, drops the entry and returns null.
   */
  fromEntry(request: AnswerRequest, resident: ResidentEntry, outcome: "HIT" | "STALE"): AnswerReply | null {
    const { entry } = resident;
    const form = this.#parts.forms.ofEntry(request, resident);
    if (form === "no_memory") return this.failure(request, { kind: "overloaded", what: "memory", retryAfterSeconds: 1 });
    if (form === "damaged") {
      this.#parts.store.dropCorrupt(entry);
      return null;
    }
    const tokens = entry.inputTokens + entry.outputTokens;
    this.#parts.countOutcome(request, outcome, tokens);
    const lastUsedMs = this.#parts.uses.lastUsedMs(entry);
    return {
      ...form,
      outcome,
      provider: entry.provider,
      createdMs: entry.createdMs,
      expiresMs: lifeEndMs({ ...entry, lastUsedMs }),
      stored: true,
      forwarded: outcome === "STALE" ? "stale" : null,
      collapsed: false,
      tokens,
      entryKey: entry.key,
      similarity: null,
      explanation: request.explain ? EXACT_EXPLANATION : null,
    };
  }

  /**
   * The reply from the stored answer to a similar question. It is not stored under the requested key: each request is
   * decided again.
   */
  fromSimilar(request: AnswerRequest, match: SemanticMatch, found: FetchedEntry, explanation: string | null): AnswerReply {
    const tokens = found.inputTokens + found.outputTokens;
    this.#parts.countOutcome(request, "SEMANTIC", tokens);
    return {
      ...this.#parts.forms.ofFetched(request, found),
      outcome: "SEMANTIC",
      provider: found.provider,
      createdMs: found.createdMs,
      expiresMs: found.expiresMs,
      stored: false,
      forwarded: null,
      collapsed: false,
      tokens,
      entryKey: match.key,
      similarity: match.similarity,
      explanation,
    };
  }

  /** The reply from a flight: its stream, or the complete answer. */
  fromFlight(
    request: AnswerRequest,
    result: Extract<FlightOpening, { kind: "answered" | "streaming" }>,
    stream: ReadableStream<Uint8Array> | null,
    how: Forwarding & { readonly startedMs: number; readonly match: SemanticMatch | null; readonly explanation: string | null },
  ): AnswerReply {
    const { match } = how;
    const outcome: CacheOutcome = match === null ? how.outcome : "SEMANTIC";
    this.#parts.countOutcome(request, outcome, 0);
    const answer: FlightAnswer | null = result.kind === "answered" ? result : null;
    const meta = {
      outcome,
      provider: result.provider,
      createdMs: answer?.createdMs ?? how.startedMs,
      expiresMs: answer?.expiresMs ?? 0,
      stored: answer?.stored ?? false,
      forwarded: how.forwarded,
      collapsed: how.outcome === "COALESCED" || match !== null,
      tokens: answer?.tokens ?? 0,
      entryKey: match?.key ?? request.key,
      similarity: match?.similarity ?? null,
      explanation: how.explanation,
    };
    if (stream !== null) return { kind: "stream", stream, ...meta };
    const form: ReplyForm = answer === null ? { kind: "whole", json: "", sse: null } : this.#parts.forms.ofFlight(request, answer);
    return { ...form, ...meta };
  }

  /** The reply to a request that fails. */
  failure(request: AnswerRequest, error: CacheError): FailedAnswer {
    this.#parts.countError(request);
    return { kind: "failed", error };
  }
}
