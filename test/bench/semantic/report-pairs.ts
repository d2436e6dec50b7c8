import type { StaticEmbedder } from "../../../shared/domain/semantic/embedding/static-embedder.ts";
import { DEFAULT_ERROR_BOUND } from "../../../shared/domain/semantic/error-bound.ts";
import type { PairScores } from "./pair-scores.ts";
import { scorePair } from "./pair-scores.ts";
import type { QuestionPair } from "./question-pairs.ts";
import { servedAtWithInterval, wilson } from "./statistics.ts";
import type { Share } from "./statistics.ts";

const BOUNDS = [0.01, 0.05] as const;
const WAYS = [
  ["cosine alone", "cosine"],
  ["cosine + vetoes", "cosineAndVetoes"],
  ["everything", "everything"],
] as const satisfies readonly (readonly [string, keyof PairScores])[];
const PERCENT = 100;

/** Returns the figures of one set of pairs, as text. */
export async function reportPairs(title: string, pairs: readonly QuestionPair[], embedder: StaticEmbedder): Promise<string> {
  const scored = await Promise.all(pairs.map(async (pair) => ({ ...pair, ...(await scorePair(pair, embedder)) })));
  const lines = [`${title}: ${pairs.length} pairs, at default settings (error bound ${percent(DEFAULT_ERROR_BOUND)})`];
  lines.push(...servedLines(scored));
  const positives = scored.filter(({ kind }) => kind !== "trap");
  const traps = scored.filter(({ kind }) => kind === "trap");
  lines.push("", "Share of repeats and paraphrases served, if at most this share of the traps is served (95 % bootstrap interval):");
  for (const [name, way] of WAYS) {
    const cells = BOUNDS.map((bound) => {
      const share = servedAtWithInterval(
        positives.map((pair) => pair[way]),
        traps.map((pair) => pair[way]),
        bound,
      );
      return `${percent(bound)} wrong: ${interval(share)}`;
    });
    lines.push(`  ${name.padEnd(16)} ${cells.join("   ")}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Served share of each kind, with Wilson's interval. */
export function servedLines(decided: readonly { readonly kind: QuestionPair["kind"]; readonly served: boolean }[]): readonly string[] {
  const rows = [
    ["repeats and paraphrases", ["paraphrase", "near-repeat"]],
    ["  paraphrases", ["paraphrase"]],
    ["  near-repeats", ["near-repeat"]],
    ["traps", ["trap"]],
  ] as const;
  return rows.map(([name, kinds]) => {
    const among = decided.filter(({ kind }) => (kinds as readonly string[]).includes(kind));
    const share = wilson(among.filter(({ served }) => served).length, among.length);
    return `  ${name.padEnd(26)} ${share.of === 0 ? "none in the set" : `${interval(share)}  (${share.count}/${share.of})`}`;
  });
}

export function interval({ value, low, high }: Pick<Share, "value" | "low" | "high">): string {
  return `${percent(value)} [${percent(low)}, ${percent(high)}]`;
}

function percent(share: number): string {
  return `${(share * PERCENT).toFixed(1)} %`;
}
