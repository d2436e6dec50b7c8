import { afterAll, beforeAll, describe, expect, it } from "vitest";
import page from "../../../docs/cost.md?raw";
import type { Measured } from "./cost-report.ts";
import { costLines, costTables } from "./cost-report.ts";
import { measureLimiters } from "./limiter-share.ts";
import { Meter } from "./meter/meter.ts";
import { measurePaths, measureStream } from "./request-paths.ts";
import { measureSpill } from "./spill-share.ts";
import { measureUpkeep } from "./shard-upkeep-share.ts";

const MEASURING_TIMEOUT_MS = 120_000;
const STREAM_SECONDS = [1, 10];

const meter = new Meter();
let measured: Measured;

beforeAll(async () => {
  await meter.start();
  const streams: Measured["streams"][number][] = [];
  for (const streamSeconds of STREAM_SECONDS)
    streams.push({ streamSeconds, awakeSeconds: await measureStream(meter, streamSeconds * 1000) });
  const paths = await measurePaths(meter);
  measured = {
    paths,
    limiters: await measureLimiters(meter),
    upkeep: await measureUpkeep(meter),
    spill: await measureSpill(meter, paths["exact miss"]),
    streams,
  };
  if (__PRINT_COST__) console.log(costTables(measured).join("\n\n"));
}, MEASURING_TIMEOUT_MS);
afterAll(() => meter.stop());

describe("a million requests", () => {
  it.each([
    ["memory hit", 2, 0.5],
    ["shard hit", 2, 0.66],
    ["coalesced", 2, 0.66],
    ["exact miss, stored", 6, 4.6],
    ["exact miss, stored, and its removal on expiry", 10, 6.7],
    ["semantic hit", 5, 3.1],
    ["semantic miss, stored", 12, 11],
  ])("that end as '%s' cost at most %d USD from quiet users and %d USD from busy ones", (name, quietUsd, busyUsd) => {
    const line = costLines(measured).find((known) => known.name === name);
    expect(line?.quietUsd).toBeLessThanOrEqual(quietUsd);
    expect(line?.busyUsd).toBeLessThanOrEqual(busyUsd);
    expect(line?.busyUsd).toBeGreaterThan(0);
  });

  it("cost what docs/cost.md says", () => {
    for (const table of costTables(measured)) expect(page).toContain(table);
  });
});

describe("a shard", () => {
  it("is awake for a streamed answer only while the provider streams", () => {
    for (const { streamSeconds, awakeSeconds } of measured.streams) expect(awakeSeconds).toBeCloseTo(streamSeconds, 1);
  });
});
