import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FigureLine, LatencyLine } from "../../../../shared/domain/figures/figure-record.ts";
import { FigureRecord, MAX_LINES, OTHER, OUTCOMES } from "../../../../shared/domain/figures/figure-record.ts";
import { LATENCY_BUCKETS } from "../../../../shared/domain/figures/latency-histogram.ts";

const label = fc.constantFrom("acme", "globex", OTHER, "", "|", '"é');
const amount = fc.nat(1000);
const line: fc.Arbitrary<FigureLine> = fc.record({
  tenant: label,
  provider: label,
  model: label,
  outcome: fc.constantFrom(...OUTCOMES),
  requests: amount,
  tokensSaved: amount,
  inputTokens: amount,
  outputTokens: amount,
});
const latency: fc.Arbitrary<LatencyLine> = fc.record({
  tenant: label,
  kind: fc.constantFrom("hit", "miss"),
  counts: fc.array(amount, { minLength: LATENCY_BUCKETS, maxLength: LATENCY_BUCKETS }),
});
const contents = fc.record({ lines: fc.array(line, { maxLength: 20 }), latencies: fc.array(latency, { maxLength: 4 }) });

type Contents = typeof contents extends fc.Arbitrary<infer Value> ? Value : never;

function recordOf({ lines, latencies }: Contents): FigureRecord {
  const record = new FigureRecord();
  for (const each of lines) record.count(each, each);
  for (const { tenant, kind, counts } of latencies) record.addLatency(tenant, kind, counts);
  return record;
}

/** The contents in an order that does not depend on how they were added. */
function view(record: FigureRecord): unknown {
  const sorted = (values: Iterable<object>): readonly string[] => [...values].map((value) => JSON.stringify(value)).sort();
  return { lines: sorted(record.lines()), latencies: sorted(record.latencies()) };
}

function totalRequests(record: FigureRecord): number {
  return [...record.lines()].reduce((sum, { requests }) => sum + requests, 0);
}

describe("a record of figures", () => {
  it("is the same after packing and unpacking", () => {
    fc.assert(
      fc.property(contents, (of) => {
        const record = recordOf(of);
        expect(view(FigureRecord.unpack(record.pack()))).toEqual(view(record));
      }),
    );
  });

  it("adds up to the same, in whatever order and grouping, packed in between or not", () => {
    fc.assert(
      fc.property(contents, contents, contents, (a, b, c) => {
        const left = recordOf(a);
        left.add(recordOf(b));
        left.add(recordOf(c));
        const right = FigureRecord.unpack(recordOf(c).pack());
        right.add(FigureRecord.unpack(recordOf(b).pack()));
        right.add(recordOf(a));
        expect(view(left)).toEqual(view(right));
        expect(totalRequests(left)).toBe([a, b, c].flatMap(({ lines }) => lines).reduce((sum, { requests }) => sum + requests, 0));
      }),
    );
  });

  it("is bounded in lines, names and latencies, and loses no request", () => {
    const record = new FigureRecord();
    for (let index = 0; index < 3 * MAX_LINES; index++) {
      record.count({ tenant: `t${index}`, provider: "p", model: "m".repeat(5000), outcome: "HIT" }, { requests: 1 });
      record.addLatency(`t${index}`, "hit", [1]);
    }
    expect([...record.lines()]).toHaveLength(MAX_LINES + 1);
    expect([...record.latencies()]).toHaveLength(MAX_LINES + 1);
    expect(totalRequests(record)).toBe(3 * MAX_LINES);
    expect([...record.lines()].find(({ tenant }) => tenant === OTHER)?.requests).toBe(2 * MAX_LINES);
    expect(record.pack().length).toBeLessThan(200 * MAX_LINES);
  });

  it("that a newer version has packed is read without what this version does not know", () => {
    const lines = [
      ["acme", "p", "m", OUTCOMES.length, 9],
      ["acme", "p", "m", 0, 1, 2, 3, 4, 5],
    ];
    const latencies = [
      ["acme", 7, 0, 1],
      ["acme", 0, 2, 5, LATENCY_BUCKETS, 8],
    ];
    const record = FigureRecord.unpack(JSON.stringify({ lines, latencies, more: true }));
    const known = { tenant: "acme", provider: "p", model: "m", outcome: "HIT" };
    expect([...record.lines()]).toEqual([{ ...known, requests: 1, tokensSaved: 2, inputTokens: 3, outputTokens: 4 }]);
    const [{ counts } = { counts: [] }, ...others] = [...record.latencies()];
    expect([counts.length, counts[2], others]).toEqual([LATENCY_BUCKETS, 5, []]);
  });
});
