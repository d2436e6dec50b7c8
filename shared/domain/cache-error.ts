/**
 * Every way a request can fail on purpose. One tagged union with the data each reason needs;
 * `shared/wire/errors/error-response.ts` holds the one exhaustive switch that turns it into HTTP.
 */
export type CacheError =
  | { readonly kind: "invalid_request"; readonly field: string | null; readonly message: string; readonly code?: string }
  | { readonly kind: "body_too_large"; readonly limitBytes: number }
  | { readonly kind: "unsupported_media_type"; readonly received: string }
  /** Which credential was missing or wrong: a client's key or the admin token. */
  | { readonly kind: "unauthenticated"; readonly credential: "key" | "admin_token"; readonly message: string }
  | { readonly kind: "forbidden"; readonly message: string }
  | { readonly kind: "not_found"; readonly message: string }
  | { readonly kind: "method_not_allowed"; readonly allow: string }
  | { readonly kind: "model_not_found"; readonly model: string }
  | {
      readonly kind: "rate_limited";
      readonly retryAfterSeconds: number;
      /** Whose limit it is. */
      readonly limitedBy: "user" | "tenant" | "address";
      readonly message: string;
    }
  | { readonly kind: "already_judged" }
  /** What was asked for cannot be told or done without shards that did not answer. */
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

/** The error kinds an upstream call itself can end in (a subset of {@link CacheError}). */
export type UpstreamFailure = Extract<
  CacheError,
  { readonly kind: "upstream_error" | "upstream_unreachable" | "upstream_timeout" | "upstream_invalid" | "overloaded" }
>;
