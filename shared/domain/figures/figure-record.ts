/**
 * Figures of one stretch of time, packed into one record: requests by tenant, provider, model and outcome, and
 * latencies by tenant. Records of the same shape are added up to longer stretches. Bounded: beyond `MAX_LINES`, what
 * remains is counted under {@link OTHER}.
 */
import { LATENCY_BUCKETS } from "./latency-histogram.ts";

/** Lines of each kind that one record holds, besides the remainder. */
export const MAX_LINES = 1000;
/** The name under which the remainder is counted. */
export const OTHER = "(other)";
/** Longer names are cut off: model names come from callers. */
const MAX_NAME_CHARACTERS = 100;

export const OUTCOMES = ["HIT", "SEMANTIC", "COALESCED", "STALE", "MISS", "BYPASS", "ERROR"] as const;
/** How a request ended. */
export type FigureOutcome = (typeof OUTCOMES)[number];

export interface FigureLabels {
  readonly tenant: string;
  readonly provider: string;
  readonly model: string;
  readonly outcome: FigureOutcome;
}

/** The amounts of one line. All are sums. */
export interface FigureAmounts {
  readonly requests: number;
  /** Input and output tokens of answers that needed no provider call of their own. */
  readonly tokensSaved: number;
  /** Tokens of provider calls. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export type FigureLine = FigureLabels & FigureAmounts;

export interface LatencyLine {
  readonly tenant: string;
  readonly kind: "hit" | "miss";
  /** Requests per bucket of latency-histogram.ts. */
  readonly counts: readonly number[];
}

type MutableAmounts = { -readonly [Name in keyof FigureAmounts]: number };
/** One line as stored: labels and amounts; trailing zeros are left out. */
type PackedLine = readonly [tenant: string, provider: string, model: string, outcome: number, ...amounts: number[]];
/** One latency line as stored: pairs of bucket and count. */
type PackedLatency = readonly [tenant: string, kind: number, ...pairs: number[]];

interface PackedRecord {
  readonly lines: readonly PackedLine[];
  readonly latencies: readonly PackedLatency[];
}

const AMOUNTS = ["requests", "tokensSaved", "inputTokens", "outputTokens"] as const satisfies readonly (keyof FigureAmounts)[];
const LATENCY_KINDS = ["hit", "miss"] as const;

/** Figures that are being added up. */
export class FigureRecord {
  readonly #lines = new Map<string, { readonly labels: FigureLabels; readonly amounts: MutableAmounts }>();
  readonly #latencies = new Map<string, { readonly tenant: string; readonly kind: LatencyLine["kind"]; readonly counts: number[] }>();

  get isEmpty(): boolean {
    return this.#lines.size === 0 && this.#latencies.size === 0;
  }

  count(labels: FigureLabels, amounts: Partial<FigureAmounts>): void {
    const line = this.#line(labels);
    for (const name of AMOUNTS) line[name] += amounts[name] ?? 0;
  }

  /** Counts one request in a latency bucket, or a whole histogram. */
  addLatency(tenant: string, kind: LatencyLine["kind"], counts: readonly number[]): void {
    const known = this.#histogram(tenant, kind);
    for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket++) known[bucket] = (known[bucket] ?? 0) + (counts[bucket] ?? 0);
  }

  add(other: FigureRecord): void {
    for (const line of other.lines()) this.count(line, line);
    for (const { tenant, kind, counts } of other.latencies()) this.addLatency(tenant, kind, counts);
  }

  *lines(): Generator<FigureLine, undefined> {
    for (const { labels, amounts } of this.#lines.values()) yield { ...labels, ...amounts };
    return undefined;
  }

  *latencies(): Generator<LatencyLine, undefined> {
    yield* this.#latencies.values();
    return undefined;
  }

  /** The record as text for storage. */
  pack(): string {
    const packed: PackedRecord = {
      lines: [...this.#lines.values()].map(({ labels, amounts }) => [
        labels.tenant,
        labels.provider,
        labels.model,
        OUTCOMES.indexOf(labels.outcome),
        ...withoutTrailingZeros(AMOUNTS.map((name) => amounts[name])),
      ]),
      latencies: [...this.#latencies.values()].map(({ tenant, kind, counts }) => [
        tenant,
        LATENCY_KINDS.indexOf(kind),
        ...counts.flatMap((count, bucket) => (count === 0 ? [] : [bucket, count])),
      ]),
    };
    return JSON.stringify(packed);
  }

  /** Reads a record that `pack` wrote. Amounts and outcomes that this version does not know are left out. */
  static unpack(text: string): FigureRecord {
    const record = new FigureRecord();
    const { lines, latencies } = JSON.parse(text) as PackedRecord; // written by `pack`
    for (const [tenant, provider, model, index, ...amounts] of lines) {
      const outcome = OUTCOMES[index];
      if (outcome !== undefined) record.count({ tenant, provider, model, outcome }, namedAmounts(amounts));
    }
    for (const [tenant, index, ...pairs] of latencies) {
      const kind = LATENCY_KINDS[index];
      if (kind !== undefined) record.addLatency(tenant, kind, histogramOf(pairs));
    }
    return record;
  }

  #line(labels: FigureLabels): MutableAmounts {
    const named = { ...labels, provider: cut(labels.provider), model: cut(labels.model) };
    const name = `${named.outcome}|${named.tenant.length}:${named.tenant}${named.provider.length}:${named.provider}${named.model}`;
    const known = this.#lines.get(name);
    if (known !== undefined) return known.amounts;
    if (this.#lines.size >= MAX_LINES && labels.tenant !== OTHER)
      return this.#line({ tenant: OTHER, provider: OTHER, model: OTHER, outcome: labels.outcome });
    const amounts = { requests: 0, tokensSaved: 0, inputTokens: 0, outputTokens: 0 };
    this.#lines.set(name, { labels: named, amounts });
    return amounts;
  }

  #histogram(tenant: string, kind: LatencyLine["kind"]): number[] {
    const name = `${kind}|${tenant}`;
    const known = this.#latencies.get(name);
    if (known !== undefined) return known.counts;
    if (this.#latencies.size >= MAX_LINES && tenant !== OTHER) return this.#histogram(OTHER, kind);
    const counts = Array.from({ length: LATENCY_BUCKETS }, () => 0);
    this.#latencies.set(name, { tenant, kind, counts });
    return counts;
  }
}

function cut(name: string): string {
  return name.length <= MAX_NAME_CHARACTERS ? name : name.slice(0, MAX_NAME_CHARACTERS);
}

function withoutTrailingZeros(amounts: readonly number[]): readonly number[] {
  return amounts.slice(0, amounts.findLastIndex((amount) => amount !== 0) + 1);
}

function namedAmounts(amounts: readonly number[]): Partial<FigureAmounts> {
  return Object.fromEntries(AMOUNTS.map((name, index) => [name, amounts[index] ?? 0]));
}

function histogramOf(pairs: readonly number[]): readonly number[] {
  const counts = Array.from({ length: LATENCY_BUCKETS }, () => 0);
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const bucket = pairs[at] ?? 0;
    if (bucket < LATENCY_BUCKETS) counts[bucket] = pairs[at + 1] ?? 0;
  }
  return counts;
}
