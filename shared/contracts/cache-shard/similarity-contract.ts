/** What every shard of a scope is asked when a question is not stored. */
export interface SimilarityQuery {
  readonly scope: string;
  /** The asked key: never its own candidate. */
  readonly key: string;
  readonly text: string;
  /** Hex digest of the normalised text. */
  readonly canonical: string;
  /** Only what is equal after normalisation counts. */
  readonly normalisedOnly: boolean;
  /** Embedder's id and vector; null when the embedder failed. */
  readonly embedder: string;
  readonly vector: Float32Array | null;
  readonly minSimilarity: number | null;
  /** The caller wants to know about every candidate. Else only those come back that decide something. */
  readonly explain: boolean;
}

/** One candidate and what this shard decided about it. */
export interface SimilarCandidate {
  readonly shard: number;
  readonly key: string;
  /** A stored entry, or a flight past deciding. */
  readonly source: "entry" | "flight";
  readonly similarity: number;
  readonly verdict: "serve" | "grey" | "reject";
  readonly reason: string;
  readonly posterior: number;
  readonly scoreBin: number;
  readonly vetoes: readonly string[];
}

export interface FetchEntryRequest {
  readonly key: string;
  readonly source: "entry" | "flight";
}

/** An entry's content for another shard; `events` is SSE text without usage and terminal events. */
export interface FetchedEntry {
  readonly kind: "entry";
  /** The question it answers. */
  readonly text: string;
  readonly json: string;
  readonly events: Uint8Array;
  readonly usageEvent: string;
  readonly provider: string;
  readonly model: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface FetchedFlight {
  readonly kind: "flight";
  /** Every SSE event, usage included, from the first byte. */
  readonly stream: ReadableStream<Uint8Array>;
}

export type FetchEntryReply = FetchedEntry | FetchedFlight | { readonly kind: "gone" };

/** What was learned about a pair of questions: by whom, and whether the earlier answer was right. */
export interface PairObservation {
  readonly scope: string;
  readonly scoreBin: number;
  readonly right: boolean;
  readonly source: "judge" | "audit" | "feedback";
}

export interface FeedbackRequest {
  readonly entryKey: string;
  readonly callerId: string;
  readonly good: boolean;
}

/** `not_served`: this caller was not served that entry from here. `too_many`: it has judged as many as one shard takes in a day. */
export type FeedbackReply =
  | { readonly kind: "accepted" }
  | { readonly kind: "not_served" }
  | { readonly kind: "already_judged" }
  | { readonly kind: "too_many"; readonly retryAfterSeconds: number };
