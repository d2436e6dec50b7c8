import type { Lease } from "../../shared/domain/rate/lease-ledger.ts";

/** One lease in the column `buckets.leases`: id (null for a reserve), granted, held, returned, returnable drops, expiry. */
type StoredLease = readonly [string | null, number, number, number, number, number];

/** Leases as JSON text. */
export function leasesToText(leases: readonly Lease[]): string {
  return JSON.stringify(
    leases.map(
      ({ leaseId, granted, held, returned, returnableDrops, expiresAtMs }) =>
        [leaseId, granted, held, returned, returnableDrops, expiresAtMs] satisfies StoredLease,
    ),
  );
}

/** The leases in a text; null when the text is damaged. */
export function leasesFromText(text: string): readonly Lease[] | null {
  try {
    const stored: unknown = JSON.parse(text);
    if (!Array.isArray(stored) || !stored.every(isStoredLease)) return null;
    return stored.map(([leaseId, granted, held, returned, returnableDrops, expiresAtMs]) => ({
      leaseId,
      granted,
      held,
      returned,
      returnableDrops,
      expiresAtMs,
    }));
  } catch {
    return null;
  }
}

function isStoredLease(value: unknown): value is StoredLease {
  if (!Array.isArray(value) || value.length !== 6) return false;
  const [leaseId, ...numbers] = value as readonly unknown[]; // `isArray` narrows to any[]
  return (leaseId === null || typeof leaseId === "string") && numbers.every((number) => Number.isSafeInteger(number));
}
