import type { CacheError } from "../../domain/cache-error.ts";

/** How an answer came to be, as `refrain-cache` shows it. */
export type CacheOutcome = "HIT" | "SEMANTIC" | "COALESCED" | "STALE" | "MISS" | "BYPASS";

export interface AnswerRequest {
  readonly requestId: string;
  /** SHA-256 in hex. */
  readonly key: string;
  readonly scope: string;
  readonly tenant: string;
  /** Model as asked for, without a provider prefix. */
  readonly model: string;
  readonly provider: string;
  /** The effective request as JSON text, without `stream` and `stream_options`. */
  readonly body: string;
  readonly stream: boolean;
  /** The caller wants the usage event in the stream. */
  readonly includeUsage: boolean;
  /** False: neither read, joined nor stored (`no-store`, mode `off`). */
  readonly cache: boolean;
  /** False: what is stored is not served (`no-cache`), a flight may be joined. */
  readonly read: boolean;
  /** Life of a new entry in seconds; 0 = not stored. */
  readonly ttlSeconds: number;
  readonly maxAgeSeconds: number | null;
  readonly minFreshSeconds: number | null;
  /** -1 stands for "any age" (RPC data has no infinity worth relying on). */
  readonly maxStaleSeconds: number | null;
  readonly onlyIfCached: boolean;
  /** False when the limiter could not be asked: what is cached is served, nothing is bought. */
  readonly mayCallUpstream: boolean;
  readonly tags: readonly string[];
  /** Final user text for similarity search; null = exact only (the text is then not kept). */
  readonly text: string | null;
  /** Why there is no text, for the explanation: `off`, `has_tools`, … */
  readonly withheld: string;
  /** Least cosine this caller accepts; null = the operator's. */
  readonly minSimilarity: number | null;
  /** The caller wants to know how it was decided. */
  readonly explain: boolean;
  /** Digest of tenant and user: who may later judge what was served. */
  readonly callerId: string;
}

/** What is known of an answer beside its content. */
export interface AnswerMeta {
  readonly outcome: CacheOutcome;
  readonly provider: string;
  readonly createdMs: number;
  /** Absolute end of life; 0 when nothing is stored. */
  readonly expiresMs: number;
  /** True when the entry is in the shard now. */
  readonly stored: boolean;
  /** Why the cache did not answer by itself: RFC 9211 `fwd`. Null for hits. */
  readonly forwarded: "miss" | "request" | "stale" | "bypass" | null;
  /** Joined a flight of somebody else. */
  readonly collapsed: boolean;
  /** Input and output tokens of a stored answer; 0 where they are not known yet. */
  readonly tokens: number;
  /** The entry that the answer comes from or becomes. Not the asked key for a semantic hit. */
  readonly entryKey: string;
  /** Cosine, for semantic hits; else null. */
  readonly similarity: number | null;
  /** JSON text, when it was asked for. */
  readonly explanation: string | null;
}

/** One complete answer in the form that was asked for. */
export interface WholeAnswer extends AnswerMeta {
  readonly kind: "whole";
  /** chat.completion as JSON text; "" when a stream was asked for. */
  readonly json: string;
  /** Every SSE event, the terminal one included; null when JSON was asked for. */
  readonly sse: Uint8Array | null;
}

/** An answer that is still being written: every SSE event from the first byte to the terminal one. */
export interface StreamedAnswer extends AnswerMeta {
  readonly kind: "stream";
  readonly stream: ReadableStream<Uint8Array>;
}

export interface FailedAnswer {
  readonly kind: "failed";
  readonly error: CacheError;
}

export type AnswerReply = WholeAnswer | StreamedAnswer | FailedAnswer;
