/** Finish reasons that mark a whole answer; `length` and `content_filter` mark a cut one. */
const COMPLETE_FINISH_REASONS: ReadonlySet<string> = new Set(["stop", "tool_calls", "function_call"]);

/** What is known of an answer when its upstream call has ended. */
export interface FinishedAnswer {
  /** True when the stream ended with its terminal event (or the JSON body parsed whole). */
  readonly terminated: boolean;
  readonly finishReasons: readonly (string | null)[];
  readonly empty: boolean;
  /** Size of what would be stored, in bytes. */
  readonly bytes: number;
}

export type Storability =
  | { readonly kind: "storable" }
  | { readonly kind: "uncacheable"; readonly reason: "truncated" | "finish_reason" | "empty" | "too_large" };

/** Only complete, non-empty answers of bearable size are ever stored. */
export function storability(answer: FinishedAnswer, maxEntryBytes: number): Storability {
  if (!answer.terminated) return { kind: "uncacheable", reason: "truncated" };
  if (answer.finishReasons.length === 0 || answer.empty) return { kind: "uncacheable", reason: "empty" };
  const complete = answer.finishReasons.every((reason) => reason !== null && COMPLETE_FINISH_REASONS.has(reason));
  if (!complete) return { kind: "uncacheable", reason: "finish_reason" };
  if (answer.bytes > maxEntryBytes) return { kind: "uncacheable", reason: "too_large" };
  return { kind: "storable" };
}
