import type { IsolateReport } from "./figures-contract.ts";
import type { CacheError } from "../../domain/cache-error.ts";

/** How an answer was obtained. The value of the header `refrain-cache`. */
export type CacheOutcome = "HIT" | "SEMANTIC" | "COALESCED" | "STALE" | "MISS" | "BYPASS";

export interface AnswerRequest {
  readonly requestId: string;
  /** SHA-256 in hex. */
  readonly key: string;
  readonly scope: string;
  readonly tenant: string;
  /** Requested model, without a provider prefix. */
  readonly model: string;
  readonly provider: string;
  /** The effective request as JSON text, without `stream` and `stream_options`. */
  readonly body: string;
  readonly stream: boolean;
  /** The caller wants the usage event in the stream. */
  readonly includeUsage: boolean;
  /** False: the shard reads no entry, joins no flight and stores nothing (`no-store`, mode `off`). */
  readonly cache: boolean;
  /** False: the shard serves no stored entry, but the request may join a flight (`no-cache`). */
  readonly read: boolean;
  /** TTL of a new entry in seconds; 0 = not stored. */
  readonly ttlSeconds: number;
  readonly maxAgeSeconds: number | null;
  readonly minFreshSeconds: number | null;
  /** -1 stands for any age, so that no Infinity crosses RPC. */
  readonly maxStaleSeconds: number | null;
  readonly onlyIfCached: boolean;
  /** False when the limiter was unreachable: cached answers are served, but the provider is not called. */
  readonly mayCallUpstream: boolean;
  readonly tags: readonly string[];
  /** Final user text for similarity search; null = exact lookup only, and the text is not kept. */
  readonly text: string | null;
  /** Why `text` is null, for the explanation: `off`, `has_tools`, … */
  readonly withheld: string;
  /** Least cosine that this caller accepts; null = as configured. */
  readonly minSimilarity: number | null;
  /** The caller asks for an explanation of the decision. */
  readonly explain: boolean;
  /** Caller id: digest of tenant and user. Only this caller may send feedback on the answer. */
  readonly callerId: string;
  /** Figures of the isolate about earlier requests to this shard. Once any are sent, be they none, the reply says whether they count. */
  readonly reports?: readonly IsolateReport[] | undefined;
  /** True when the Worker accepts JSON as a `StreamedAnswer`. Workers of version 0.2.0 do not send it. */
  readonly acceptsStreamedJson?: boolean;
}

/** Facts about the shard that replies. */
export interface ReplyingShard {
  /** Whether the shard counts the `reports` of a request. Objects of version 0.2.0 do not know them and say nothing. */
  readonly takesReports?: boolean;
}

/** Facts about an answer besides its content. */
export interface AnswerMeta extends ReplyingShard {
  readonly outcome: CacheOutcome;
  readonly provider: string;
  readonly createdMs: number;
  /** When the entry expires, in ms since the epoch; 0 when nothing is stored. */
  readonly expiresMs: number;
  /** True when the entry is stored in the shard. */
  readonly stored: boolean;
  /** Why the request went upstream: `fwd` of RFC 9211. Null for hits. */
  readonly forwarded: "miss" | "request" | "stale" | "bypass" | null;
  /** True when the request joined another caller's flight. */
  readonly collapsed: boolean;
  /** Input and output tokens of a stored answer; 0 when they are not known yet. */
  readonly tokens: number;
  /** Key of the entry that the answer comes from or becomes. For a semantic hit it differs from the request's key. */
  readonly entryKey: string;
  /** Cosine, for semantic hits; else null. */
  readonly similarity: number | null;
  /** JSON text, when the request asked for an explanation; else null. */
  readonly explanation: string | null;
}

/** A complete answer in the requested form. */
export interface WholeAnswer extends AnswerMeta {
  readonly kind: "whole";
  /** The `chat.completion` as JSON text; "" when a stream was requested. */
  readonly json: string;
  /** All SSE events, including the terminal one; null when JSON was requested. */
  readonly sse: Uint8Array | null;
}

/**
 * An answer that is still in flight, or a large one. The stream carries the requested form: all SSE events from the
 * first to the terminal one, or the `chat.completion` as JSON text.
 */
export interface StreamedAnswer extends AnswerMeta {
  readonly kind: "stream";
  readonly stream: ReadableStream<Uint8Array>;
  /** Length of the stream; absent while the answer is in flight. */
  readonly bytes?: number;
}

export interface FailedAnswer extends ReplyingShard {
  readonly kind: "failed";
  readonly error: CacheError;
}

export type AnswerReply = WholeAnswer | StreamedAnswer | FailedAnswer;
