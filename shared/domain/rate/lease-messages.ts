/** Messages about leases between isolates and limiters. All data is flat, because it crosses RPC. */

/** What a bucket allows. `requests: null` means unlimited, and the limiter is not called; 0 allows nothing. */
export interface RatePolicy {
  /** Requests refilled per window; null = unlimited. */
  readonly requests: number | null;
  /** Length of the window in seconds. */
  readonly windowSeconds: number;
  /** Capacity of the bucket in requests. */
  readonly burst: number;
}

export interface LeaseRequest {
  readonly requests: number;
  readonly windowSeconds: number;
  readonly burst: number;
  /** Requests that wait in the isolate. They are spent as soon as they are granted. */
  readonly want: number;
  /** Requests that the isolate expects to need during the lease, including the waiting ones. */
  readonly expected: number;
  /** Id of this attempt. A retry with the same id gets the same grant, so it counts only once. */
  readonly attempt: string;
  /** Earlier leases that have ended. Sending them here saves a separate call. */
  readonly returns: readonly LeaseReturn[];
}

export interface LeaseGrant {
  /** Equal to the request's `attempt`. */
  readonly leaseId: string;
  /**
   * Granted requests; 0 when the bucket is empty. When it is more than `want`, the isolate may keep and
   * spend the surplus until the lease ends. Otherwise it must return what the waiting requests do not use.
   */
  readonly granted: number;
  /** Seconds, counted from before the request was sent, after which the isolate must stop spending this lease. */
  readonly ttlSeconds: number;
  /** Requests left in the bucket after this grant, including the fraction that has been refilled. */
  readonly left: number;
  /** Seconds, with a fraction, until one request is available; 0 when `granted` > 0; `Infinity` = never. */
  readonly retryAfterSeconds: number;
}

/** An isolate's report that a lease has ended. */
export interface LeaseReturn {
  readonly leaseId: string;
  /** Total of unspent requests of the lease, including those of earlier returns, so that a repeat changes nothing. */
  readonly unused: number;
}

export interface LimiterStatus {
  /** Whole requests left in the bucket. */
  readonly remaining: number;
  /** Seconds until the bucket is full again. */
  readonly resetSeconds: number;
  /** Requests that isolates may still spend from leases. */
  readonly leased: number;
}
