import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LedgerAccount, LedgerKind } from "../../../shared/memory/isolate-ledger.ts";
import { IsolateLedger, LEDGER_ORDER } from "../../../shared/memory/isolate-ledger.ts";

const PIECE_BYTES = 10;

/** A holder that sheds memory in pieces of ten bytes. */
function holderOf(ledger: IsolateLedger, kind: LedgerKind, owner = "owner"): LedgerAccount {
  const account: LedgerAccount = ledger.open(kind, owner, (bytes) => {
    for (let freed = 0; freed < bytes && account.bytes > 0; freed += PIECE_BYTES) account.release(Math.min(PIECE_BYTES, account.bytes));
  });
  return account;
}

describe("the isolate's ledger", () => {
  it("reserves up to its limit and not one byte more", () => {
    const ledger = new IsolateLedger(100);
    const tables = ledger.open("tables", "a");
    expect(tables.reserve(100)).toBe(true);
    expect(tables.reserve(1)).toBe(false);
    tables.release(1);
    expect(tables.reserve(1)).toBe(true);
    expect([ledger.usedBytes, ledger.usedBy("tables"), ledger.usedBy("l0"), tables.bytes]).toEqual([100, 100, 0, 100]);
  });

  it("sheds the least valuable kind first", () => {
    const ledger = new IsolateLedger(100);
    const front = holderOf(ledger, "ram_front");
    const l0 = holderOf(ledger, "l0");
    front.reserve(50);
    l0.reserve(50);
    expect(ledger.open("tables", "a").reserve(60)).toBe(true);
    expect([l0.bytes, front.bytes]).toEqual([0, 40]);
  });

  it("never sheds memory that is worth more than the asking kind", () => {
    const ledger = new IsolateLedger(100);
    const front = holderOf(ledger, "ram_front");
    front.reserve(100);
    expect(holderOf(ledger, "l0").reserve(10)).toBe(false);
    expect([front.bytes, ledger.usedBytes]).toEqual([100, 100]);
  });

  it("lets a kind shed memory of its own kind", () => {
    const ledger = new IsolateLedger(100);
    const old = holderOf(ledger, "l0", "old");
    const young = holderOf(ledger, "l0", "young");
    old.reserve(100);
    expect(young.reserve(30)).toBe(true);
    expect([old.bytes, young.bytes]).toEqual([70, 30]);
  });

  it("never takes memory from an account that cannot shed", () => {
    const ledger = new IsolateLedger(100);
    const tables = ledger.open("tables", "static");
    tables.reserve(100);
    expect(ledger.open("tables", "a").reserve(1)).toBe(false);
    expect(tables.bytes).toBe(100);
  });

  it("closes the old account of an owner that opens one again after a reset", () => {
    const ledger = new IsolateLedger(100);
    const before = ledger.open("tables", "shard-0");
    before.reserve(100);
    const after = ledger.open("tables", "shard-0");
    expect(ledger.usedBytes).toBe(0);
    expect(after.reserve(60)).toBe(true);
    before.release(100);
    expect(before.reserve(1)).toBe(false);
    before.close();
    expect([ledger.usedBytes, after.bytes, before.bytes]).toEqual([60, 60, 0]);
  });

  it("accounts for owners and kinds separately", () => {
    const ledger = new IsolateLedger(100);
    ledger.open("tables", "shard-0").reserve(10);
    ledger.open("tables", "shard-1").reserve(20);
    ledger.open("ram_front", "shard-0").reserve(30);
    expect([ledger.usedBytes, ledger.usedBy("tables"), ledger.usedBy("ram_front")]).toEqual([60, 30, 30]);
  });

  it("applies a new limit", () => {
    const ledger = new IsolateLedger(100);
    ledger.setLimit(10);
    const tables = ledger.open("tables", "a");
    expect([tables.reserve(11), tables.reserve(10)]).toEqual([false, true]);
  });

  it("leaves some memory of flight buffers to their clients, and some of the clients to flight buffers", () => {
    for (const [kind, most, other] of [
      ["flights", 75, "answers"],
      ["answers", 87, "flights"],
    ] as const) {
      const ledger = new IsolateLedger(100);
      const [first, second] = [ledger.open(kind, "a"), ledger.open(kind, "b")];
      expect([first.reserve(most + 1), first.reserve(most), second.reserve(1)]).toEqual([false, true, false]);
      expect(ledger.open(other, "a").reserve(100 - most)).toBe(true);
    }
  });

  it("counts memory that is in use already beyond its limit, and refuses more until it is released", () => {
    const ledger = new IsolateLedger(100);
    const l0 = holderOf(ledger, "l0");
    l0.reserve(50);
    const tables = ledger.open("tables", "a");
    tables.charge(120);
    expect([ledger.usedBytes, l0.bytes, tables.reserve(1)]).toEqual([120, 0, false]);
    tables.release(120);
    expect(tables.reserve(100)).toBe(true);
    tables.close();
    tables.charge(10);
    expect(ledger.usedBytes).toBe(0);
  });

  it("never exceeds its limit and always equals the sum of its accounts", () => {
    const step = fc.record({
      kind: fc.constantFrom(...LEDGER_ORDER),
      owner: fc.constantFrom("a", "b"),
      bytes: fc.nat(60),
      act: fc.constantFrom("reserve", "reserve", "reserve", "release", "reopen"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const ledger = new IsolateLedger(200);
        const holders = new Map<string, LedgerAccount>();
        for (const { kind, owner, bytes, act } of steps) {
          const name = `${kind}/${owner}`;
          const holder = holders.get(name);
          if (holder === undefined || act === "reopen") holders.set(name, holderOf(ledger, kind, owner));
          else if (act === "release") holder.release(bytes);
          else {
            const before = holder.bytes;
            const taken = holder.reserve(bytes);
            if (taken && kind === "tables") expect(holder.bytes).toBe(before + bytes);
          }
          expect(ledger.usedBytes).toBeLessThanOrEqual(200);
          expect(ledger.usedBytes).toBe([...holders.values()].reduce((sum, each) => sum + each.bytes, 0));
        }
      }),
      { numRuns: 300 },
    );
  });
});
