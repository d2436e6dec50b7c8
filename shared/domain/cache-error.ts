/**
 * All expected failures of a request, with the data that each needs.
 * `shared/wire/errors/public-error.ts` maps each kind to a status, code and message.
 */
export type CacheError =
  | { readonly kind: "invalid_request"; readonly field: string | null; readonly message: string; readonly code?: string }
  | { readonly kind: "body_too_large"; readonly limitBytes: number }
  | { readonly kind: "unsupported_media_type"; readonly received: string }
  /** `credential`: which one was missing or wrong, a client key or the admin token. */
  | { readonly kind: "unauthenticated"; readonly credential: "key" | "admin_token"; readonly message: string }
  | { readonly kind: "forbidden"; readonly message: string }
  | { readonly kind: "not_found"; readonly message: string }
  | { readonly kind: "method_not_allowed"; readonly allow: string }
  | { readonly kind: "model_not_found"; readonly model: string }
  | {
      readonly kind: "rate_limited";
      readonly retryAfterSeconds: number;
      /** Which limit was reached. */
      readonly limitedBy: "user" | "tenant" | "address";
      readonly message: string;
    }
  | { readonly kind: "already_judged" }
  /** The request cannot be answered without shards that could not be reached. */
  | { readonly kind: "shards_unreachable"; readonly message: string }
  | { readonly kind: "only_if_cached" }
  | { readonly kind: "limiter_unavailable"; readonly retryAfterSeconds: number }
  | {
      readonly kind: "overloaded";
      readonly what: "shard" | "flights" | "subscribers" | "upstream_queue" | "memory" | "bypass";
      readonly retryAfterSeconds: number;
    }
  | {
      readonly kind: "upstream_error";
      readonly provider: string;
      readonly status: number;
      readonly message: string;
      readonly errorType: string | null;
      readonly code: string | null;
      readonly retryAfterSeconds: number | null;
    }
  | { readonly kind: "upstream_unreachable"; readonly provider: string }
  | { readonly kind: "upstream_timeout"; readonly provider: string; readonly phase: "first_byte" | "idle" | "total" }
  | {
      readonly kind: "upstream_invalid";
      readonly provider: string;
      readonly reason: "truncated" | "garbage" | "empty" | "too_large" | "redirect";
    }
  | { readonly kind: "config_invalid" }
  | { readonly kind: "internal" };

/** The error kinds of an upstream call. */
export type UpstreamFailure = Extract<
  CacheError,
  { readonly kind: "upstream_error" | "upstream_unreachable" | "upstream_timeout" | "upstream_invalid" | "overloaded" }
>;
