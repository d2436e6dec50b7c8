import { CLOUDFLARE_PRICES as PRICES } from "./meter/cloudflare-prices.ts";
import type { LimiterShares } from "./limiter-share.ts";
import { REQUESTS_PER_SECOND } from "./limiter-share.ts";
import { SHARDS } from "./meter/metered-cluster.ts";
import type { Metered } from "./meter/metered-share.ts";
import { NOTHING, shareOfMore, together } from "./meter/metered-share.ts";
import type { Path } from "./request-paths.ts";
import type { SpillShares } from "./spill-share.ts";
import { usdPerMillion } from "./meter/usage.ts";

/** Time that an object is busy with one request, an assumption (s). It includes the wait until rows are durable. */
const OBJECT_BUSY_SECONDS = 0.005;
const SECONDS_PER_HOUR = 3600;
const SECONDS_PER_MONTH = 30 * 24 * SECONDS_PER_HOUR;

/** A model whose calls the cache saves, in USD per million tokens, and what one call of the example uses. */
const SAVED_CALL = { inputUsd: 0.15, outputUsd: 0.6, inputTokens: 500, outputTokens: 300 };

/** Everything that is measured for the table. */
export interface Measured {
  readonly paths: Readonly<Record<Path, Metered>>;
  readonly limiters: LimiterShares;
  /** Of one shard in an hour. */
  readonly upkeep: Metered;
  readonly spill: SpillShares;
  /** Seconds of streaming and the seconds in which the shard was awake for it. */
  readonly streams: readonly { readonly streamSeconds: number; readonly awakeSeconds: number }[];
}

/** One line of the table: what a request costs, with everything that it causes. */
export interface CostLine {
  readonly name: string;
  readonly quiet: Metered;
  readonly busy: Metered;
  readonly quietUsd: number;
  readonly busyUsd: number;
}

const LINES: readonly (readonly [string, readonly Path[]])[] = [
  ["memory hit", ["memory hit"]],
  ["shard hit", ["shard hit"]],
  ["coalesced", ["coalesced"]],
  ["exact miss, stored", ["exact miss"]],
  ["exact miss, stored, and its removal on expiry", ["exact miss", "exact removal"]],
  ["semantic hit", ["semantic hit"]],
  ["semantic miss, stored", ["semantic miss"]],
  ["semantic miss, stored, and its removal on expiry", ["semantic miss", "semantic removal"]],
];

export function costLines({ paths, limiters, upkeep }: Measured): readonly CostLine[] {
  const share = shareOfMore(upkeep, NOTHING, (REQUESTS_PER_SECOND * SECONDS_PER_HOUR) / SHARDS);
  return LINES.map(([name, parts]) => {
    const own = together(...parts.map((part) => paths[part]), share);
    const quiet = awake(together(own, limiters.quiet));
    const busy = awake(together(own, limiters.busy));
    return { name, quiet, busy, quietUsd: usdPerMillion(quiet.usage), busyUsd: usdPerMillion(busy.usage) };
  });
}

/** Adds the time in which objects are busy: on the fake clock a call takes no time. */
function awake({ usage, rowsByTable }: Metered): Metered {
  return { usage: { ...usage, objectSeconds: usage.objectSeconds + usage.objectRequests * OBJECT_BUSY_SECONDS }, rowsByTable };
}

/** The tables of docs/cost.md. */
export function costTables(measured: Measured): readonly string[] {
  return [pathTable(costLines(measured)), onceTable(measured), streamTable(measured), monthTable(), savedTable()];
}

function pathTable(lines: readonly CostLine[]): string {
  return table(
    ["request", "requests to objects", "object seconds", "rows written", "rows read", "USD per million, quiet", "busy"],
    lines.map(({ name, quiet, busy, quietUsd, busyUsd }) => [
      name,
      both(quiet.usage.objectRequests, busy.usage.objectRequests, 2),
      both(quiet.usage.objectSeconds, busy.usage.objectSeconds, 3),
      `${both(quiet.usage.rowsWritten, busy.usage.rowsWritten, 2)}: ${rowsText(quiet)}`,
      both(quiet.usage.rowsRead, busy.usage.rowsRead, 0),
      quietUsd.toFixed(2),
      busyUsd.toFixed(2),
    ]),
  );
}

function onceTable({ limiters, upkeep, spill }: Measured): string {
  const line = (name: string, used: Metered): readonly string[] => {
    const { usage } = awake(used);
    const usd = usdPerMillion(usage).toFixed(2);
    const kv = `${usage.kvReads.toFixed(0)} / ${usage.kvWrites.toFixed(0)}`;
    return [name, usage.objectRequests.toFixed(2), `${usage.rowsWritten.toFixed(2)}: ${rowsText(used)}`, kv, usd];
  };
  return table(
    ["what else happens", "requests to objects", "rows written", "KV reads / writes", "USD per million"],
    [
      line("a user's first request, beyond later ones, and the deletion of its bucket", limiters.newUser),
      line("the figures of a shard with steady traffic, per hour", upkeep),
      line("an eviction that writes the body to KV", spill.eviction),
      line("a hit whose body is in KV, beyond a shard hit, on a full shard", spill.promotion),
    ],
  );
}

function streamTable({ streams }: Measured): string {
  const usd = (seconds: number): string => (seconds * PRICES.objectGb * PRICES.objectGbSecondsPerMillion).toFixed(2);
  return table(
    ["the provider streams for", "seconds in which the shard is awake", "USD per million"],
    streams.map(({ streamSeconds, awakeSeconds }) => [`${streamSeconds} s`, awakeSeconds.toFixed(2), usd(awakeSeconds)]),
  );
}

function monthTable(): string {
  const shardUsd = (SECONDS_PER_MONTH * PRICES.objectGb * PRICES.objectGbSecondsPerMillion) / 1_000_000;
  return table(
    ["in a month of 30 days", "USD"],
    [
      ["a GB in SQLite", PRICES.sqliteGbMonth.toFixed(2)],
      ["a GB in KV", PRICES.kvGbMonth.toFixed(2)],
      ["the time of a shard that never sleeps", shardUsd.toFixed(2)],
    ],
  );
}

function savedTable(): string {
  const { inputUsd, outputUsd, inputTokens, outputTokens } = SAVED_CALL;
  return table(
    ["saved call", "USD per million"],
    [
      [
        `${inputTokens} input tokens at ${inputUsd} USD and ${outputTokens} output tokens at ${outputUsd} USD per million`,
        (inputTokens * inputUsd + outputTokens * outputUsd).toFixed(2),
      ],
    ],
  );
}

/** `quiet / busy`, or one number when they are equal. */
function both(quiet: number, busy: number, digits: number): string {
  const [first, second] = [quiet.toFixed(digits), busy.toFixed(digits)];
  return first === second ? first : `${first} / ${second}`;
}

/** Rows by table, the most first. Less than a hundredth of a row is left out. */
function rowsText({ rowsByTable }: Metered): string {
  const rows = [...rowsByTable].filter(([, count]) => count >= 0.01).toSorted(([a, m], [b, n]) => n - m || a.localeCompare(b));
  return rows.map(([name, count]) => `\`${name}\` ${Number(count.toFixed(2))}`).join(", ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
