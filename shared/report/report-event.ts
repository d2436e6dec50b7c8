/** All events that are logged. No event contains prompt or answer text. */
export type ReportEvent =
  /** The outcome of a request, from the front Worker. */
  | {
      readonly event: "request_answered";
      readonly requestId: string;
      readonly tenant: string;
      readonly shard: number;
      readonly outcome: string;
      readonly provider: string;
      readonly durationMs: number;
    }
  | { readonly event: "request_refused"; readonly requestId: string; readonly tenant: string; readonly reason: string }
  /** A shard was reset while a request waited for it, as by a deployment. The request is sent to it once more. */
  | { readonly event: "shard_reset"; readonly requestId: string; readonly shard: number; readonly message: string }
  /** A shard could not answer. The request is answered around it where possible. */
  | {
      readonly event: "shard_unreachable";
      readonly requestId: string;
      readonly shard: number;
      readonly failure: string;
      readonly overloaded: boolean;
      readonly message: string;
    }
  /** A bug in a shard. The request gets a 500. */
  | { readonly event: "shard_failed"; readonly requestId: string; readonly shard: number; readonly message: string }
  | { readonly event: "request_failed"; readonly requestId: string; readonly message: string }
  | { readonly event: "flight_failed"; readonly shard: number; readonly message: string }
  | { readonly event: "commit_failed"; readonly shard: number; readonly message: string }
  /** Background work of a shard failed and is tried again: freeing purged or expired rows, or writing figures. */
  | { readonly event: "upkeep_failed"; readonly shard: number; readonly message: string }
  | { readonly event: "upstream_failed"; readonly shard: number; readonly provider: string; readonly reason: string }
  /** A call to a limiter failed or took too long. `reason` is `timeout` or the error's message. */
  | { readonly event: "limiter_unreachable"; readonly bucket: "user" | "tenant"; readonly reason: string }
  /** An embedding, or the other shards' search, took longer than a request or a commit waits. */
  | {
      readonly event: "semantic_deadline_missed";
      readonly shard: number;
      readonly waitedFor: "embedding" | "search" | "embedding_at_commit";
      readonly deadlineMs: number;
    }
  /** The embedder could not be reached, refused, or returned no usable vector. */
  | { readonly event: "embedder_failed"; readonly shard: number; readonly embedder: string }
  /** The stored schema has migrations that this code does not know: an older version runs after a newer one. */
  | { readonly event: "schema_newer"; readonly object: string; readonly stored: number; readonly known: number }
  /** Nothing is spilled, because KV is not known to be in the jurisdiction. */
  | { readonly event: "spill_disabled"; readonly jurisdiction: string };

export type ReportLevel = "debug" | "info" | "warn" | "error";

/** The log level of an event. */
export function levelOf(event: ReportEvent): ReportLevel {
  switch (event.event) {
    case "request_answered":
    case "request_refused":
      return "debug";
    case "upstream_failed":
    case "semantic_deadline_missed":
    case "shard_reset":
      return "info";
    case "shard_unreachable":
    case "limiter_unreachable":
    case "embedder_failed":
    case "schema_newer":
    case "spill_disabled":
      return "warn";
    case "request_failed":
    case "shard_failed":
    case "flight_failed":
    case "commit_failed":
    case "upkeep_failed":
      return "error";
  }
}

/** Logs one event. */
export type Reporter = (event: ReportEvent) => void;
