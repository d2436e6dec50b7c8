/** Request to every shard of a scope to search for similar questions after an exact miss. */
export interface SimilarityQuery {
  readonly scope: string;
  /** Key of the question, which is excluded from the candidates. */
  readonly key: string;
  readonly text: string;
  /** Hex digest of the normalised text. */
  readonly canonical: string;
  /** True when only questions that are equal after normalisation may be served. */
  readonly normalisedOnly: boolean;
  /** Id of the embedder that made `vector`. */
  readonly embedder: string;
  /** Null when the embedder failed. */
  readonly vector: Float32Array | null;
  readonly minSimilarity: number | null;
  /** True: return all candidates for the explanation. False: return only those that can affect the decision. */
  readonly explain: boolean;
}

/** A candidate and the shard's verdict on it. */
export interface SimilarCandidate {
  readonly shard: number;
  readonly key: string;
  /** A stored entry, or a flight that has left the state `deciding`. */
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

/** Content of an entry for another shard. `events` is SSE text without the usage event and the terminal event. */
export interface FetchedEntry {
  readonly kind: "entry";
  /** The question that the entry answers. */
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
  /** All SSE events from the first byte, including usage. */
  readonly stream: ReadableStream<Uint8Array>;
}

export type FetchEntryReply = FetchedEntry | FetchedFlight | { readonly kind: "gone" };

/** Evidence on a pair of questions: whether the earlier answer was right, and who said so. */
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

/**
 * `not_served`: this shard has not served the entry to the caller.
 * `too_many`: the caller has reached the shard's daily limit.
 */
export type FeedbackReply =
  | { readonly kind: "accepted" }
  | { readonly kind: "not_served" }
  | { readonly kind: "already_judged" }
  | { readonly kind: "too_many"; readonly retryAfterSeconds: number };
