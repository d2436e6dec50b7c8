import type { Clock } from "./clock.ts";

/**
 * The outcome of `work`, or `late` when it takes longer than `deadlineMs`. Late work goes on; a caller that must
 * clean up after it keeps its own reference.
 */
export async function withDeadline<Value, Late>(
  clock: Pick<Clock, "after">,
  deadlineMs: number,
  work: Promise<Value>,
  late: Late,
): Promise<Value | Late> {
  const deadline = Promise.withResolvers<Late>();
  const cancel = clock.after(deadlineMs, () => deadline.resolve(late));
  try {
    return await Promise.race([work, deadline.promise]);
  } finally {
    cancel();
  }
}
