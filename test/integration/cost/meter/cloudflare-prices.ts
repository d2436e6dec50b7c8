/**
 * List prices of Cloudflare's Workers Paid plan in USD, beyond what the plan includes each month. Nothing else in this
 * repository contains a price of Cloudflare. When a price changes, change it here and run `npm run cost`.
 */
export const CLOUDFLARE_PRICES = {
  /** When the prices were read. */
  readOn: "2026-11-28",
  sources: [
    "https://developers.cloudflare.com/workers/platform/pricing/",
    "https://developers.cloudflare.com/durable-objects/platform/pricing/",
    "https://developers.cloudflare.com/kv/platform/pricing/",
  ],
  workerRequestsPerMillion: 0.3,
  workerCpuMsPerMillion: 0.02,
  /** RPC calls and alarms. */
  objectRequestsPerMillion: 0.15,
  objectGbSecondsPerMillion: 12.5,
  /** Memory that each object is charged for, whatever it uses. */
  objectGb: 0.128,
  rowsReadPerMillion: 0.001,
  /** Deleted rows, changed index rows and set alarms count, too. */
  rowsWrittenPerMillion: 1,
  kvReadsPerMillion: 0.5,
  kvWritesPerMillion: 5,
  kvDeletesPerMillion: 5,
  sqliteGbMonth: 0.2,
  kvGbMonth: 0.5,
} as const;
