import { CLOUDFLARE_PRICES as PRICES } from "./cloudflare-prices.ts";

/** What Cloudflare charges for, in units. */
export interface Usage {
  readonly workerRequests: number;
  readonly workerCpuMs: number;
  readonly objectRequests: number;
  /** Seconds in which an object could not hibernate, over all objects. */
  readonly objectSeconds: number;
  readonly rowsRead: number;
  /** Including `alarmsSet`. */
  readonly rowsWritten: number;
  readonly alarmsSet: number;
  readonly kvReads: number;
  readonly kvWrites: number;
  readonly kvDeletes: number;
}

export const NO_USAGE: Usage = {
  workerRequests: 0,
  workerCpuMs: 0,
  objectRequests: 0,
  objectSeconds: 0,
  rowsRead: 0,
  rowsWritten: 0,
  alarmsSet: 0,
  kvReads: 0,
  kvWrites: 0,
  kvDeletes: 0,
};

function combined(a: Usage, b: Usage, combine: (a: number, b: number) => number): Usage {
  return {
    workerRequests: combine(a.workerRequests, b.workerRequests),
    workerCpuMs: combine(a.workerCpuMs, b.workerCpuMs),
    objectRequests: combine(a.objectRequests, b.objectRequests),
    objectSeconds: combine(a.objectSeconds, b.objectSeconds),
    rowsRead: combine(a.rowsRead, b.rowsRead),
    rowsWritten: combine(a.rowsWritten, b.rowsWritten),
    alarmsSet: combine(a.alarmsSet, b.alarmsSet),
    kvReads: combine(a.kvReads, b.kvReads),
    kvWrites: combine(a.kvWrites, b.kvWrites),
    kvDeletes: combine(a.kvDeletes, b.kvDeletes),
  };
}

export function sumOf(...usages: readonly Usage[]): Usage {
  return usages.reduce((sum, usage) => combined(sum, usage, (a, b) => a + b), NO_USAGE);
}

export function differenceOf(usage: Usage, without: Usage): Usage {
  return combined(usage, without, (a, b) => a - b);
}

/** A share of a usage: `usage / parts`. */
export function shareOf(usage: Usage, parts: number): Usage {
  return combined(usage, usage, (a) => a / parts);
}

/** What a million times this usage costs, in USD. */
export function usdPerMillion(usage: Usage): number {
  return (
    usage.workerRequests * PRICES.workerRequestsPerMillion +
    usage.workerCpuMs * PRICES.workerCpuMsPerMillion +
    usage.objectRequests * PRICES.objectRequestsPerMillion +
    usage.objectSeconds * PRICES.objectGb * PRICES.objectGbSecondsPerMillion +
    usage.rowsRead * PRICES.rowsReadPerMillion +
    usage.rowsWritten * PRICES.rowsWrittenPerMillion +
    usage.kvReads * PRICES.kvReadsPerMillion +
    usage.kvWrites * PRICES.kvWritesPerMillion +
    usage.kvDeletes * PRICES.kvDeletesPerMillion
  );
}
