import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBody } from "../../../../durable-objects/cache-shard/entries/body-codec.ts";
import { FlightBuffer, MAX_BLOCK_BYTES, MAX_SLICE_BYTES } from "../../../../durable-objects/cache-shard/flights/flight-buffer.ts";
import { IsolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import { LedgerMap } from "../../../../shared/memory/ledger-map.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function bufferIn(ledger: IsolateLedger, maxUnpacked = 1e6): FlightBuffer {
  const unpacked = new LedgerMap<Uint8Array>({
    ledger,
    kind: "hints",
    owner: "blocks",
    maxBytes: maxUnpacked,
    bytesOf: ({ byteLength }) => byteLength,
  });
  return new FlightBuffer({ buffers: ledger.open("flights", "shard-0"), unpacked });
}

function readFrom(buffer: FlightBuffer, from: number, withUsage: boolean): readonly string[] {
  const slices: string[] = [];
  for (let at = from; at < buffer.end;) {
    const { bytes, next } = buffer.slice(at, withUsage);
    expect(next).toBeGreaterThan(at);
    if (bytes.byteLength > 0) slices.push(decoder.decode(bytes));
    at = next;
  }
  return slices;
}

function storedText(buffer: FlightBuffer): string {
  return decoder.decode(decodeBody(buffer.encodedContent()) ?? new Uint8Array());
}

function eventOf(index: number, size: number): string {
  return `data: ${index} ${"é".repeat(size)}\n\n`;
}

describe("the buffer of a flight", () => {
  it("returns whole events from any position on, as text or bytes, and stores them without usage events", () => {
    const run = fc.record({ events: fc.array(fc.nat(9000), { minLength: 1, maxLength: 6 }), usage: fc.boolean(), asText: fc.boolean() });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 30 }), fc.nat(1), (runs, roomForUnpacked) => {
        const ledger = new IsolateLedger(64e6);
        const buffer = bufferIn(ledger, roomForUnpacked * 1e6);
        const starts: number[] = [];
        const [all, plain]: [string[], string[]] = [[], []];
        let index = 0;
        for (const { events, usage, asText } of runs) {
          starts.push(buffer.end);
          const texts = events.map((size) => eventOf(index++, size));
          const text = texts.join("");
          expect(buffer.append(asText ? text : encoder.encode(text), usage, false)).toBe(true);
          all.push(...texts);
          if (!usage) plain.push(...texts);
        }
        expect(readFrom(buffer, 0, true).join("")).toBe(all.join(""));
        expect(readFrom(buffer, 0, false).join("")).toBe(plain.join(""));
        for (const slice of readFrom(buffer, 0, true)) expect(slice.endsWith("\n\n")).toBe(true);
        for (const from of starts) expect(all.join("").endsWith(readFrom(buffer, from, true).join(""))).toBe(true);
        expect(storedText(buffer)).toBe(plain.join(""));
        expect(ledger.usedBy("flights")).toBe(buffer.bytes);
        buffer.trim(buffer.end);
        expect([buffer.bytes, ledger.usedBy("flights")]).toEqual([0, 0]);
      }),
      { numRuns: 60 },
    );
  });

  it("takes little more memory than its events, and a tenth of it once their blocks are full", () => {
    const ledger = new IsolateLedger(64e6);
    const buffer = bufferIn(ledger);
    const event = (index: number): string => `data: {"id":"chatcmpl-1","model":"m","choices":[{"delta":{"content":"t${index} "}}]}\n\n`;
    for (let index = 0; index < 40; index++) buffer.append(event(index), false, false);
    expect(buffer.bytes).toBeLessThan(2 * buffer.end + 1000);
    for (let index = 40; index < 20_000; index++) buffer.append(event(index), false, false);
    expect(buffer.bytes).toBeLessThan(buffer.end / 8 + 2 * MAX_BLOCK_BYTES);
  });

  it("hands out events in pieces of limited size, and never splits one", () => {
    const buffer = bufferIn(new IsolateLedger(64e6));
    for (let index = 0; index < 300; index++) buffer.append(eventOf(index, 200), false, false);
    buffer.append(eventOf(300, 40_000), false, false);
    for (const slice of readFrom(buffer, 0, true)) {
      if (slice.startsWith("data: 300 ")) expect(encoder.encode(slice).byteLength).toBeGreaterThan(MAX_SLICE_BYTES);
      else expect(encoder.encode(slice).byteLength).toBeLessThanOrEqual(MAX_SLICE_BYTES);
      expect(slice.endsWith("\n\n")).toBe(true);
    }
  });

  it("refuses events without memory for them, unless it must take them", () => {
    const ledger = new IsolateLedger(10_000);
    const buffer = bufferIn(ledger);
    expect(buffer.append(eventOf(0, 100), false, false)).toBe(true);
    const { bytes, end } = buffer;
    expect(buffer.append(eventOf(1, 10_000), false, false)).toBe(false);
    expect([buffer.bytes, buffer.end]).toEqual([bytes, end]);
    expect(buffer.append(eventOf(1, 10_000), false, true)).toBe(true);
    expect(readFrom(buffer, 0, true)).toHaveLength(2);
    expect(ledger.usedBytes).toBeGreaterThan(10_000);
    buffer.trim(buffer.end);
    expect(ledger.usedBytes).toBe(0);
  });

  it("frees the blocks before a position and keeps the events after it", () => {
    const buffer = bufferIn(new IsolateLedger(64e6));
    for (let index = 0; index < 100; index++) buffer.append(eventOf(index, 1000), index % 10 === 0, false);
    const [middle = 0] = [80].map((index) =>
      [...Array(index).keys()].reduce((sum, at) => sum + encoder.encode(eventOf(at, 1000)).byteLength, 0),
    );
    const before = buffer.bytes;
    buffer.trim(middle);
    buffer.trim(10);
    expect(buffer.start).toBe(middle);
    expect(buffer.bytes).toBeLessThan(before);
    expect(readFrom(buffer, middle, true).join("")).toBe(Array.from({ length: 20 }, (_, at) => eventOf(80 + at, 1000)).join(""));
  });
});
