import type { Clock } from "../../../shared/time/clock.ts";

/**
 * Lets other events of the isolate run. Long work pauses after each slice of a few milliseconds. A slice is a number of
 * rows, not a time: in production the clock stands still while code runs.
 */
export async function pause(clock: Pick<Clock, "after">): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  clock.after(0, resolve);
  await promise;
}
