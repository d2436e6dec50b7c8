/** What isolates and limiters say to each other about leases. Flat: it crosses RPC. */

/** What a bucket allows. `requests: null` means unlimited (no limiter is asked); 0 allows nothing. */
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
  /** Requests waiting in the isolate right now; they are spent the moment they are granted. */
  readonly want: number;
  /** Requests the isolate expects to need while the lease lives, the waiting ones among them. */
  readonly expected: number;
  /** Identity of this attempt: the same value retried is answered with the same grant (at most once). */
  readonly attempt: string;
  /** Earlier leases the isolate is done with; saves a call of its own. */
  readonly returns: readonly LeaseReturn[];
}

export interface LeaseGrant {
  /** Equal to the request's `attempt`. */
  readonly leaseId: string;
  /**
   * Requests handed out; 0 when the bucket is empty. More than `want` means the surplus may be kept
   * and spent until the lease ends; otherwise what the waiting requests leave over goes back.
   */
  readonly granted: number;
  /** Seconds, counted from before the request was sent, after which the isolate must stop spending this lease. */
  readonly ttlSeconds: number;
  /** Requests left in the bucket after this grant, with the fraction that has flowed in. */
  readonly left: number;
  /** Seconds, with milliseconds, until one request is available; 0 when `granted` > 0; `Infinity` = never. */
  readonly retryAfterSeconds: number;
}

/** The end of a lease, as its isolate reports it. */
export interface LeaseReturn {
  readonly leaseId: string;
  /** All requests of the lease that were never spent, those of earlier returns included: a repeat changes nothing. */
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
