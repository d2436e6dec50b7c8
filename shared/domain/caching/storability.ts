/** Finish reasons of complete answers. `length` and `content_filter` mean that the answer was cut off. */
const COMPLETE_FINISH_REASONS: ReadonlySet<string> = new Set(["stop", "tool_calls", "function_call"]);

/** Facts about an answer when its upstream call has ended. */
export interface FinishedAnswer {
  /** True when the stream ended with its terminal event, or the provider sent a complete JSON body. */
  readonly terminated: boolean;
  readonly finishReasons: readonly (string | null)[];
  readonly empty: boolean;
  /** Size of the entry to be stored, in bytes. */
  readonly bytes: number;
}

export type Storability =
  | { readonly kind: "storable" }
  | { readonly kind: "uncacheable"; readonly reason: "truncated" | "finish_reason" | "empty" | "too_large" };

/** Decides whether an answer may be stored. It must be complete, not empty and at most `maxEntryBytes` long. */
export function storability(answer: FinishedAnswer, maxEntryBytes: number): Storability {
  if (!answer.terminated) return { kind: "uncacheable", reason: "truncated" };
  if (answer.finishReasons.length === 0 || answer.empty) return { kind: "uncacheable", reason: "empty" };
  const complete = answer.finishReasons.every((reason) => reason !== null && COMPLETE_FINISH_REASONS.has(reason));
  if (!complete) return { kind: "uncacheable", reason: "finish_reason" };
  if (answer.bytes > maxEntryBytes) return { kind: "uncacheable", reason: "too_large" };
  return { kind: "storable" };
}
