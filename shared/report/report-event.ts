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
  /** A shard could not be reached. The request is answered around it where possible. */
  | { readonly event: "shard_unreachable"; readonly requestId: string; readonly shard: number; readonly overloaded: boolean }
  | { readonly event: "request_failed"; readonly requestId: string; readonly message: string }
  | { readonly event: "flight_failed"; readonly shard: number; readonly message: string }
  | { readonly event: "commit_failed"; readonly shard: number; readonly message: string }
  /** Background work of a shard failed and is tried again: freeing purged or expired rows, or writing figures. */
  | { readonly event: "upkeep_failed"; readonly shard: number; readonly message: string }
  | { readonly event: "upstream_failed"; readonly shard: number; readonly provider: string; readonly reason: string };

export type ReportLevel = "debug" | "info" | "warn" | "error";

/** The log level of an event. */
export function levelOf(event: ReportEvent): ReportLevel {
  switch (event.event) {
    case "request_answered":
    case "request_refused":
      return "debug";
    case "upstream_failed":
      return "info";
    case "shard_unreachable":
      return "warn";
    case "request_failed":
    case "flight_failed":
    case "commit_failed":
    case "upkeep_failed":
      return "error";
  }
}

/** Logs one event. */
export type Reporter = (event: ReportEvent) => void;
