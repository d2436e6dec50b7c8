/** Where a caller stands with its limit, as the rate-limit headers tell it. */
export interface RateState {
  /** Requests refilled per window. */
  readonly limit: number;
  /** Requests the bucket holds when full. */
  readonly burst: number;
  readonly windowSeconds: number;
  /** Whole requests that would be admitted right now. */
  readonly remaining: number;
  /** Seconds, with milliseconds, until the bucket is full again. */
  readonly resetSeconds: number;
  /** Whole seconds until the next request is admitted; 0 while some remain. */
  readonly retryAfterSeconds: number;
}
