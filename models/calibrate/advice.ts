import type { StaticEmbedder } from "../../shared/domain/semantic/embedding/static-embedder.ts";
import { lowerBound } from "../../shared/domain/semantic/trust.ts";
import { BOUND_CONFIDENCE } from "../../shared/domain/semantic/calibration.ts";
import { scorePair } from "../../test/bench/semantic/pair-scores.ts";
import type { QuestionPair } from "../../test/bench/semantic/question-pairs.ts";

/** Values that are tried for SEMANTIC_ERROR_BOUND, starting with the tightest. */
const BOUNDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1] as const;
/** Values that are tried for SEMANTIC_MIN_SIMILARITY; null means unset. */
const FLOORS = [null, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98] as const;
/** Confidence level for each least similarity. The allowed error probability is divided equally among them. */
const CHOICE_CONFIDENCE = 1 - (1 - BOUND_CONFIDENCE) / FLOORS.length;
const PERCENT = 100;

/** The outcome for one pair. `servedAt` tells whether it would be served, for each error bound of {@link BOUNDS}. */
export interface PairOutcome {
  readonly right: boolean;
  readonly cosine: number;
  readonly servedAt: readonly boolean[];
}

/** One combination of settings and what it serves. */
export interface Setting {
  readonly errorBound: number;
  readonly minSimilarity: number | null;
  /** Number of pairs that may share an answer; `servedRight` counts those that are served. */
  readonly rightPairs: number;
  readonly servedRight: number;
  readonly wrongPairs: number;
  readonly servedWrong: number;
}

/** Decides each pair at each error bound with the code that the product runs. */
export function outcomesOf(pairs: readonly QuestionPair[], embedder: StaticEmbedder): Promise<readonly PairOutcome[]> {
  return Promise.all(
    pairs.map(async (pair) => {
      const scored = await Promise.all(BOUNDS.map((bound) => scorePair(pair, embedder, bound)));
      return { right: pair.kind !== "trap", cosine: scored[0]?.cosine ?? 0, servedAt: scored.map(({ served }) => served) };
    }),
  );
}

function settingsOf(outcomes: readonly PairOutcome[]): readonly Setting[] {
  const count = (right: boolean, isServed: (outcome: PairOutcome) => boolean): number =>
    outcomes.filter((outcome) => outcome.right === right && isServed(outcome)).length;
  return BOUNDS.flatMap((errorBound, at) =>
    FLOORS.map((minSimilarity) => {
      const isServed = (outcome: PairOutcome): boolean => outcome.servedAt[at] === true && outcome.cosine >= (minSimilarity ?? -1);
      return {
        errorBound,
        minSimilarity,
        rightPairs: count(true, () => true),
        servedRight: count(true, isServed),
        wrongPairs: count(false, () => true),
        servedWrong: count(false, isServed),
      };
    }),
  );
}

/** Upper confidence bound on the share of look-alikes that would be served. */
function wrongBound({ wrongPairs, servedWrong }: Setting, confidence: number): number {
  return 1 - lowerBound(wrongPairs - servedWrong, servedWrong, confidence);
}

/**
 * Returns the settings that serve the most pairs among those that are certified to serve at most `bound` of the
 * look-alikes; null if there are none. Choosing the best of several candidates is biased. Each least similarity
 * therefore gets an equal part of the allowed error probability (Bonferroni). Within it, error bounds are tried from
 * the tightest up to the first that fails (fixed-sequence testing).
 */
export function recommend(outcomes: readonly PairOutcome[], bound: number): Setting | null {
  const settings = settingsOf(outcomes);
  const certified = FLOORS.flatMap((floor) => {
    const chain = settings.filter(({ minSimilarity }) => minSimilarity === floor);
    const failed = chain.findIndex((setting) => setting.wrongPairs === 0 || wrongBound(setting, CHOICE_CONFIDENCE) > bound);
    return failed === -1 ? chain : chain.slice(0, failed);
  });
  // The sort is stable. Among equals, no least similarity and then the tighter bound win, because they come first.
  return certified.toSorted((one, other) => other.servedRight - one.servedRight)[0] ?? null;
}

/** Returns the report for an operator, as text. */
export function advise(file: string, outcomes: readonly PairOutcome[], bound: number): string {
  const right = outcomes.filter((outcome) => outcome.right).length;
  const lines = [`${file}: ${right} pairs that may share an answer, ${outcomes.length - right} that may not`, ""];
  lines.push("SEMANTIC_ERROR_BOUND   served of those that may   of those that may not (upper 95 % bound of the row)");
  for (const setting of settingsOf(outcomes).filter(({ minSimilarity }) => minSimilarity === null)) lines.push(row(setting));
  lines.push("", ...verdictLines(outcomes, bound));
  return `${lines.join("\n")}\n`;
}

function row(setting: Setting): string {
  const served = `${share(setting.servedRight, setting.rightPairs)} (${setting.servedRight}/${setting.rightPairs})`;
  const wrong = `${share(setting.servedWrong, setting.wrongPairs)} (${setting.servedWrong}/${setting.wrongPairs}), at most ${percent(wrongBound(setting, BOUND_CONFIDENCE))}`;
  return `${String(setting.errorBound).padEnd(23)}${served.padEnd(27)}${wrong}`;
}

function verdictLines(outcomes: readonly PairOutcome[], bound: number): readonly string[] {
  const chosen = recommend(outcomes, bound);
  if (chosen === null) {
    const needed = Math.ceil(Math.log(1 - CHOICE_CONFIDENCE) / Math.log(1 - bound));
    return [
      `No setting is certain to serve at most ${percent(bound)} of the look-alikes, by these pairs.`,
      `That takes about ${needed} look-alikes of which none is served. Keep the defaults and label more, or set SEMANTIC=optin.`,
    ];
  }
  return [
    `With 95 % confidence at most ${percent(bound)} of such look-alikes are served with:`,
    `  SEMANTIC_ERROR_BOUND=${chosen.errorBound}`,
    chosen.minSimilarity === null ? "  (SEMANTIC_MIN_SIMILARITY unset)" : `  SEMANTIC_MIN_SIMILARITY=${chosen.minSimilarity}`,
    `which serves ${share(chosen.servedRight, chosen.rightPairs)} of the pairs that may share an answer.`,
  ];
}

function share(count: number, of: number): string {
  return of === 0 ? "-" : percent(count / of);
}

function percent(value: number): string {
  return `${(value * PERCENT).toFixed(1)} %`;
}
