import type { StaticEmbedder } from "../../shared/domain/semantic/embedding/static-embedder.ts";
import { lowerBound } from "../../shared/domain/semantic/trust.ts";
import { BOUND_CONFIDENCE } from "../../shared/domain/semantic/calibration.ts";
import { scorePair } from "../../test/bench/semantic/pair-scores.ts";
import type { QuestionPair } from "../../test/bench/semantic/question-pairs.ts";

/** Error bounds that are tried as SEMANTIC_ERROR_BOUND, from the tightest. */
const BOUNDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1] as const;
/** Least similarities that are tried as SEMANTIC_MIN_SIMILARITY; null = unset. */
const FLOORS = [null, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98] as const;
/** Each least similarity's part of the doubt that is allowed in all. */
const CHOICE_CONFIDENCE = 1 - (1 - BOUND_CONFIDENCE) / FLOORS.length;
const PERCENT = 100;

/** One pair: whether it would be served at each error bound, in the order of {@link BOUNDS}. */
export interface PairOutcome {
  readonly right: boolean;
  readonly cosine: number;
  readonly servedAt: readonly boolean[];
}

/** What settings come to. */
export interface Setting {
  readonly errorBound: number;
  readonly minSimilarity: number | null;
  /** Pairs whose answer is right, and those of them that are served. */
  readonly rightPairs: number;
  readonly servedRight: number;
  readonly wrongPairs: number;
  readonly servedWrong: number;
}

/** Decides every pair at every error bound with the product's own code. */
export function outcomesOf(pairs: readonly QuestionPair[], embedder: StaticEmbedder): readonly PairOutcome[] {
  return pairs.map((pair) => {
    const scored = BOUNDS.map((bound) => scorePair(pair, embedder, bound));
    return { right: pair.kind !== "trap", cosine: scored[0]?.cosine ?? 0, servedAt: scored.map(({ served }) => served) };
  });
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

/** Upper confidence bound on the share of look-alikes that would be served: never the share that happened to be. */
function wrongBound({ wrongPairs, servedWrong }: Setting, confidence: number): number {
  return 1 - lowerBound(wrongPairs - servedWrong, servedWrong, confidence);
}

/**
 * The settings that serve most among those certified to serve at most `bound` of the look-alikes; null when none is.
 * Choosing the best of many flatters it, so each least similarity gets its part of the allowed doubt (Bonferroni), and
 * within it error bounds are tried from the tightest up to the first that fails (fixed-sequence testing).
 */
export function recommend(outcomes: readonly PairOutcome[], bound: number): Setting | null {
  const settings = settingsOf(outcomes);
  const certified = FLOORS.flatMap((floor) => {
    const chain = settings.filter(({ minSimilarity }) => minSimilarity === floor);
    const failed = chain.findIndex((setting) => setting.wrongPairs === 0 || wrongBound(setting, CHOICE_CONFIDENCE) > bound);
    return failed === -1 ? chain : chain.slice(0, failed);
  });
  // Among equals the one without a least similarity, and the tighter one, which come first.
  return certified.toSorted((one, other) => other.servedRight - one.servedRight)[0] ?? null;
}

/** The report for an operator, as text. */
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
