/** Everything that is reported, as data. No event carries prompt or answer text. */
export type ReportEvent =
  /** How one request ended, at the front. */
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
  /** A shard could not be reached; the request went around it. */
  | { readonly event: "shard_unreachable"; readonly requestId: string; readonly shard: number; readonly overloaded: boolean }
  | { readonly event: "request_failed"; readonly requestId: string; readonly message: string }
  | { readonly event: "flight_failed"; readonly shard: number; readonly message: string }
  | { readonly event: "commit_failed"; readonly shard: number; readonly message: string }
  | { readonly event: "upstream_failed"; readonly shard: number; readonly provider: string; readonly reason: string };

export type ReportLevel = "debug" | "info" | "warn" | "error";

/** The level of each event: decisions are for debugging, faults for whoever is on call. */
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
      return "error";
  }
}

/** Where events go. */
export type Reporter = (event: ReportEvent) => void;
