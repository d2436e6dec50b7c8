/** State of a caller's limit, as reported in the rate-limit headers. */
export interface RateState {
  /** Requests refilled per window. */
  readonly limit: number;
  /** Requests the bucket holds when full. */
  readonly burst: number;
  readonly windowSeconds: number;
  /** Whole requests that would be admitted now. */
  readonly remaining: number;
  /** Seconds, with a fraction, until the bucket is full. */
  readonly resetSeconds: number;
  /** Whole seconds until the next request is admitted; 0 while some remain. */
  readonly retryAfterSeconds: number;
}
