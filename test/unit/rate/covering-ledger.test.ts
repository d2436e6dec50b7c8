import { describe, expect, it } from "vitest";
import type { Lease, Ledger } from "../../../shared/domain/rate/lease-ledger.ts";
import { covers } from "../../../shared/domain/rate/stored-ledger.ts";
import { bucketShape } from "../../../shared/domain/rate/token-bucket.ts";
import { START_MS } from "./fake-limiters.ts";

describe("a stored ledger covers the actual one", () => {
  const shape = bucketShape(3600, 3600, 100);
  const ledger = (level: number, ...leases: readonly Lease[]): Ledger => ({
    bucket: { shape, drops: level * shape.windowMs, atMs: START_MS },
    leases,
  });
  const open = (leaseId: string | null, held: number, inMs = 60_000): Lease => ({
    leaseId,
    granted: held,
    held,
    returned: 0,
    returnableDrops: 0,
    expiresAtMs: START_MS + inMs,
  });
  const ended = (lease: Lease, returned: number): Lease => ({
    ...lease,
    held: 0,
    returned,
    returnableDrops: (lease.granted - returned) * shape.windowMs,
  });

  it("if it is at most as full and holds at least as much", () => {
    expect(covers(ledger(50), ledger(50))).toBe(true);
    expect(covers(ledger(51), ledger(50))).toBe(false);
    expect(covers(ledger(30, open(null, 20)), ledger(40, open("a", 10), open("b", 10)))).toBe(true);
    expect(covers(ledger(30, open(null, 20)), ledger(40, open("a", 10), open("b", 11)))).toBe(false);
  });

  it("if its reserve lasts as long as the leases", () => {
    expect(covers(ledger(30, open(null, 20, 60_000)), ledger(40, open("a", 10, 60_001)))).toBe(false);
    expect(covers(ledger(30, open(null, 5, 50_000), open(null, 5, 70_000)), ledger(40, open("a", 5, 50_000), open("b", 5, 60_000)))).toBe(
      true,
    );
    expect(covers(ledger(30, open(null, 5, 50_000), open(null, 5, 70_000)), ledger(40, open("a", 5, 60_000), open("b", 5, 60_000)))).toBe(
      false,
    );
  });

  it("if reserves that it took over from the actual one are not used for new leases", () => {
    expect(covers(ledger(30, open(null, 20)), ledger(40, open(null, 20)))).toBe(true);
    expect(covers(ledger(30, open(null, 20)), ledger(40, open(null, 20), open("a", 1)))).toBe(false);
  });

  it("if it is below it by all that a repeated return could put back", () => {
    const lease = open("a", 20);
    expect(covers(ledger(40, lease), ledger(40, lease))).toBe(true);
    expect(covers(ledger(40, lease), ledger(54, ended(lease, 15)))).toBe(false);
    expect(covers(ledger(40, lease), ledger(55, ended(lease, 15)))).toBe(true);
    // The bucket has become full since, so the actual ledger would put back nothing of the other five.
    expect(covers(ledger(40, lease), ledger(59, { ...ended(lease, 15), returnableDrops: 0 }))).toBe(false);
    expect(covers(ledger(40, lease), ledger(60, { ...ended(lease, 15), returnableDrops: 0 }))).toBe(true);
  });

  it("if it is below it by all that a return of a lease could put back that the actual one has forgotten", () => {
    expect(covers(ledger(40, ended(open("a", 20), 15)), ledger(44))).toBe(false);
    expect(covers(ledger(40, ended(open("a", 20), 15)), ledger(45))).toBe(true);
  });

  it("if both have the same policy", () => {
    const other = { ...ledger(100).bucket, shape: bucketShape(3600, 3600, 101) };
    expect(covers(ledger(1), { bucket: other, leases: [] })).toBe(false);
  });
});
