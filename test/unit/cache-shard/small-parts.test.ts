import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinBytes } from "../../../shared/domain/join-bytes.ts";
import { decodeBody, encodeBody, MAX_ROW_BYTES, splitBody } from "../../../durable-objects/cache-shard/entries/body-codec.ts";
import type { Entry, EntryBody } from "../../../durable-objects/cache-shard/entries/entry.ts";
import { PassMarkers } from "../../../durable-objects/cache-shard/flights/pass-markers.ts";
import { RamFront } from "../../../durable-objects/cache-shard/entries/ram-front.ts";
import { UseLog } from "../../../durable-objects/cache-shard/entries/use-log.ts";
import { Watchdog } from "../../../shared/providers/call/watchdog.ts";
import { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { FakeClock } from "../../support/shard-fake-clock.ts";

describe("pass markers", () => {
  it("expire after a minute", () => {
    const markers = new PassMarkers(new IsolateLedger(1e9), "shard-0");
    markers.mark("a", 0);
    expect([markers.has("a", 59_999), markers.has("b", 0)]).toEqual([true, false]);
    expect(markers.has("a", 60_000)).toBe(false);
    expect(markers.size).toBe(0);
  });

  it("are cleared when an answer could be stored", () => {
    const markers = new PassMarkers(new IsolateLedger(1e9), "shard-0");
    markers.mark("a", 0);
    markers.clear("a");
    expect(markers.has("a", 1)).toBe(false);
  });

  it("are limited in number: the oldest is evicted, and marking a key again renews it", () => {
    const markers = new PassMarkers(new IsolateLedger(1e9), "shard-0");
    for (let key = 0; key < 10_000; key++) markers.mark(`k${key}`, 0);
    markers.mark("k0", 1);
    markers.mark("one more", 1);
    expect(markers.size).toBe(10_000);
    expect([markers.has("k0", 2), markers.has("k1", 2)]).toEqual([true, false]);
  });
});

describe("the use log", () => {
  it("counts hits and keeps the time of the last one until they are written", () => {
    const uses = new UseLog(null);
    for (let atMs = 0; atMs < 32; atMs++) uses.note("a", atMs);
    for (let atMs = 0; atMs < 31; atMs++) uses.note("b", atMs);
    expect([
      uses.size,
      uses.hits("a"),
      uses.lastUsedMs({ key: "a", lastUsedMs: 0 }),
      uses.hits("c"),
      uses.lastUsedMs({ key: "c", lastUsedMs: 0 }),
    ]).toEqual([2, 32, 31, 0, 0]);
    const folded = uses.foldable(40);
    expect(folded).toEqual([{ key: "a", hits: 32, lastUsedMs: 31 }]);
    uses.note("a", 41);
    uses.forget(folded);
    expect([uses.size, uses.hits("a"), uses.lastUsedMs({ key: "a", lastUsedMs: 0 })]).toEqual([2, 1, 41]);
  });

  it("keeps what is not written in one packed text, from which it goes on", () => {
    const uses = new UseLog(null);
    for (const key of [...Array.from({ length: 32 }, () => "a"), "b", "c", "c"]) uses.note(key, 5);
    expect(uses.isDirty).toBe(true);
    const next = new UseLog(null, uses.pack(uses.foldable(5)));
    expect([next.hits("a"), next.hits("b"), next.hits("c"), next.lastUsedMs({ key: "c", lastUsedMs: 0 })]).toEqual([0, 1, 2, 5]);
    expect(next.isDirty).toBe(false);
  });

  it("writes fewer hits of an entry once many entries have some, so that few are forgotten", () => {
    const uses = new UseLog(null);
    for (let hit = 0; hit < 4; hit++) uses.note("a", hit);
    for (let key = 1; key < 1500; key++) uses.note(`k${key}`, 4);
    expect(uses.foldable(5)).toEqual([]);
    uses.note("one more", 4);
    expect(uses.foldable(5)).toEqual([{ key: "a", hits: 4, lastUsedMs: 3 }]);
  });

  it("writes a use within a quarter of the time to idle, because losing it would end the entry's life", () => {
    const uses = new UseLog(1000);
    uses.note("a", 0);
    uses.note("b", 100);
    expect(uses.foldable(249)).toEqual([]);
    expect(uses.foldable(250)).toEqual([{ key: "a", hits: 1, lastUsedMs: 0 }]);
  });

  it("is limited in size: the least recently used entry is forgotten", () => {
    const uses = new UseLog(null);
    for (let key = 0; key < 2000; key++) uses.note(`k${key}`, key);
    uses.note("k0", 2000);
    uses.note("one more", 2001);
    expect([uses.size, uses.hits("k0"), uses.hits("k1"), uses.hits("k2")]).toEqual([2000, 2, 0, 1]);
  });
});

describe("the watchdog", () => {
  const PATIENCE = { firstByteMs: 100, idleMs: 50, totalMs: 300 };

  it("reports the first limit that is exceeded, once and at the right time", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 12 }), (gaps) => {
        const clock = new FakeClock(0);
        const told: [string, number][] = [];
        const dog = new Watchdog(clock, PATIENCE, (phase) => told.push([phase, clock.nowMs()]));
        let expected: [string, number] | null = null;
        let last: number | null = null;
        const dueAt = (): [string, number] => {
          const step: [string, number] = last === null ? ["first_byte", PATIENCE.firstByteMs] : ["idle", last + PATIENCE.idleMs];
          return step[1] >= PATIENCE.totalMs ? ["total", PATIENCE.totalMs] : step;
        };
        for (const gap of gaps) {
          if (clock.nowMs() + gap >= dueAt()[1]) break;
          clock.advance(gap);
          dog.progress();
          last = clock.nowMs();
        }
        expected = dueAt();
        clock.advance(1000);
        expect(told).toEqual([expected]);
      }),
    );
  });

  it("reports nothing once it is stopped", () => {
    const clock = new FakeClock();
    const dog = new Watchdog(clock, PATIENCE, () => expect.unreachable());
    dog.stop();
    clock.advance(10_000);
    expect(clock.pending).toBe(0);
  });
});

describe("stored bodies", () => {
  it("are decoded to what was encoded, for any size and content", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), fc.nat(20_000), (bytes, minimum) => {
        const decoded = decodeBody(encodeBody(bytes, minimum));
        expect(decoded === null ? null : [...decoded]).toEqual([...bytes]);
      }),
      { numRuns: 100 },
    );
  });

  it("are deflated only if that makes them smaller", () => {
    const text = new TextEncoder().encode("the same words ".repeat(1000));
    expect(encodeBody(text).byteLength).toBeLessThan(text.byteLength / 10);
    const noise = new Uint8Array(randomBytes(10_000));
    expect(encodeBody(noise).byteLength).toBe(noise.byteLength + 1);
  });

  it("that are damaged are decoded to null", () => {
    const good = encodeBody(new TextEncoder().encode("words ".repeat(2000)));
    expect(decodeBody(new Uint8Array())).toBeNull();
    expect(decodeBody(Uint8Array.from([9, 1, 2]))).toBeNull();
    expect(decodeBody(good.subarray(0, good.byteLength - 4))).toBeNull();
  });

  it("are split into rows within the platform's limit and joined again", () => {
    for (const [json, events] of [
      [0, 0],
      [10, 20],
      [MAX_ROW_BYTES, 1],
      [3 * MAX_ROW_BYTES + 5, 2 * MAX_ROW_BYTES + 7],
      [1, 2 * MAX_ROW_BYTES],
    ] as const) {
      const forms = { json: new Uint8Array(json).map((_, at) => at % 251), events: new Uint8Array(events).map((_, at) => at % 241) };
      const parts = splitBody(forms.json, forms.events);
      expect(parts.length).toBeGreaterThan(0);
      expect(parts.every((part) => part.json.byteLength + part.events.byteLength <= MAX_ROW_BYTES)).toBe(true);
      const joined = { json: joinBytes(parts.map((part) => part.json)), events: joinBytes(parts.map((part) => part.events)) };
      expect([joined.json.byteLength, joined.events.byteLength]).toEqual([json, events]);
      expect(joined.json.every((byte, at) => byte === at % 251) && joined.events.every((byte, at) => byte === at % 241)).toBe(true);
    }
  });
});

describe("the RAM front", () => {
  const body: EntryBody = { json: new Uint8Array(100), events: new Uint8Array(200), usageEvent: "" };
  /** The entry's objects, four texts (key, scope and tenant of one letter, no usage event), and both forms. */
  const COST_BYTES = 480 + 4 * 16 + 3 + 100 + 200;

  function entryOf(key: string): Entry {
    return {
      key,
      scope: "s",
      tenant: "t",
      model: "m",
      answeredModel: "m",
      provider: "p",
      tags: [],
      createdMs: 0,
      expiresMs: 1,
      ttiMs: null,
      lastUsedMs: 5,
      hits: 1,
      sequence: 0,
      bytes: 1,
      inputTokens: 0,
      outputTokens: 0,
      worthUsd: 0,
      spilled: null,
    };
  }

  it("keeps the most recently used entries within its byte limit", () => {
    const ledger = new IsolateLedger(1_000_000);
    const front = new RamFront(ledger, "shard-0", 3 * COST_BYTES);
    for (const key of ["a", "b", "c"]) front.put(entryOf(key), body, null);
    front.get("a");
    front.put(entryOf("d"), body, null);
    expect(["a", "b", "c", "d"].map((key) => front.get(key) !== null)).toEqual([true, false, true, true]);
    expect([front.size, front.bytes, ledger.usedBytes]).toEqual([3, 3 * COST_BYTES, 3 * COST_BYTES]);
  });

  it("returns an entry that it cannot keep, and holds nothing of it", () => {
    const ledger = new IsolateLedger(1_000_000);
    const front = new RamFront(ledger, "shard-0", COST_BYTES - 1);
    expect(front.put(entryOf("a"), body, "text").json).toBe("text");
    expect([front.get("a"), front.bytes, ledger.usedBytes]).toEqual([null, 0, 0]);
  });

  it("keeps its byte count right when entries are replaced, deleted and cleared", () => {
    const ledger = new IsolateLedger(1_000_000);
    const front = new RamFront(ledger, "shard-0", 100_000);
    front.put(entryOf("a"), body, null);
    front.put(entryOf("a"), body, null);
    front.put(entryOf("b"), body, null);
    expect(ledger.usedBytes).toBe(2 * COST_BYTES);
    front.delete("a");
    front.delete("never there");
    front.clear();
    expect([front.size, front.bytes, ledger.usedBytes]).toEqual([0, 0, 0]);
  });

  it("sheds its oldest entries when something more valuable needs memory", () => {
    const ledger = new IsolateLedger(3 * COST_BYTES);
    const front = new RamFront(ledger, "shard-0", 1_000_000);
    for (const key of ["a", "b", "c"]) front.put(entryOf(key), body, null);
    expect(ledger.open("flights", "f").reserve(COST_BYTES + 1)).toBe(true);
    expect(["a", "b", "c"].map((key) => front.get(key) !== null)).toEqual([false, false, true]);
  });

  it("applies uses that were written to the row", () => {
    const front = new RamFront(new IsolateLedger(1_000_000), "shard-0", 100_000);
    front.put(entryOf("a"), body, null);
    front.noteUses("a", 3, 9);
    front.noteUses("a", 1, 7);
    front.noteUses("never there", 1, 7);
    expect(front.get("a")?.entry).toMatchObject({ hits: 5, lastUsedMs: 9 });
  });
});
