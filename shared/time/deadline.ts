import type { Clock } from "./clock.ts";

/**
 * Resolves to the outcome of `work`, or to `late` when it takes longer than `deadlineMs`. Late work goes on. A caller
 * that must clean up after it keeps a reference to the promise.
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
