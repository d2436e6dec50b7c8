/** Lines of one kind of event in one window. */
const MAX_LINES = 10;
const WINDOW_MS = 60_000;

interface Window {
  readonly startMs: number;
  lines: number;
  suppressed: number;
}

/**
 * Bounds how often events of one kind are logged, so that an outage does not log a line for each request. The number of
 * kinds is fixed, and so is the memory.
 */
export class EventRate {
  readonly #windows = new Map<string, Window>();

  /**
   * Returns null when the event must not be logged, else how many events of its kind have been suppressed since the
   * last line of that kind.
   */
  admit(kind: string, nowMs: number): number | null {
    let window = this.#windows.get(kind);
    // A clock that was set back must not silence the log.
    if (window === undefined || Math.abs(nowMs - window.startMs) >= WINDOW_MS) {
      window = { startMs: nowMs, lines: 0, suppressed: window?.suppressed ?? 0 };
      this.#windows.set(kind, window);
    }
    if (window.lines >= MAX_LINES) {
      window.suppressed += 1;
      return null;
    }
    window.lines += 1;
    const { suppressed } = window;
    window.suppressed = 0;
    return suppressed;
  }
}
