import { beforeAll, describe, expect, it } from "vitest";
import type { QuestionInFlight } from "../../../../durable-objects/cache-shard/semantic/candidates/candidate-finder.ts";
import { CandidateFinder } from "../../../../durable-objects/cache-shard/semantic/candidates/candidate-finder.ts";
import type { NearQuestion, NearStoredQuestion } from "../../../../durable-objects/cache-shard/semantic/candidates/candidate-rows.ts";
import type { QuestionStore } from "../../../../durable-objects/cache-shard/semantic/candidates/question-store.ts";
import { ReadingCache } from "../../../../durable-objects/cache-shard/semantic/candidates/reading-cache.ts";
import type { SimilarityQuery } from "../../../../shared/contracts/cache-shard/similarity-contract.ts";
import { StaticEmbedder } from "../../../../shared/domain/semantic/embedding/static-embedder.ts";
import { normalise } from "../../../../shared/domain/semantic/english/normalise/normalise.ts";
import { resolveThresholds } from "../../../../shared/domain/semantic/serve-verdict.ts";
import { IsolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import { shippedTable } from "../../semantic/embedding/shipped-table.ts";

const QUESTION = "How do I remove rust from a bicycle chain?";
const PARAPHRASE = "What's the best way of removing rust from a bike chain?";
const NEAR_REPEAT = "how do i remove rust from a bicycle chain, please";
const OTHER = "Who painted the ceiling of the Sistine Chapel?";

let table: StaticEmbedder;
beforeAll(() => {
  table = new StaticEmbedder(shippedTable(), "test");
});

interface Shelf {
  readonly stored?: readonly { readonly key: string; readonly text: string; readonly cosine: number }[];
  readonly flying?: readonly QuestionInFlight[];
  readonly dead?: readonly string[];
  readonly operatorMinSimilarity?: number;
  readonly errorBound?: number;
}

let pauses = 0;
/** Timers run at once: the finder's pauses are counted only. */
const clock = {
  after: (_delayMs: number, work: () => void) => {
    pauses++;
    work();
    return () => undefined;
  },
};

function finderOver({ stored = [], flying = [], dead = [], operatorMinSimilarity, errorBound = 0.01 }: Shelf): CandidateFinder {
  const times = { createdMs: 0, expiresMs: 1, ttiMs: null, lastUsedMs: 0 };
  const find: QuestionStore["find"] = ({ canonical, vector, minCosine }): readonly NearStoredQuestion[] => {
    const isNear = ({ cosine }: NearQuestion): boolean => vector !== null && cosine >= minCosine;
    const equal = stored.filter((one) => !isNear(one) && normalise(one.text).canonical === canonical);
    return [...stored.filter(isNear), ...equal.map((one) => ({ ...one, cosine: 1 }))].map((one) => ({ ...one, times }));
  };
  return new CandidateFinder({
    shard: 5,
    clock,
    candidates: 8,
    questions: { find },
    readings: new ReadingCache(new IsolateLedger(1e9)),
    trust: { thresholds: () => resolveThresholds(errorBound) },
    operatorMinSimilarity: operatorMinSimilarity ?? null,
    isServable: ({ key }) => !dead.includes(key),
    questionsInFlight: () => flying,
  });
}

function ask(text: string, changes: Partial<SimilarityQuery> = {}): SimilarityQuery {
  return {
    scope: "scope",
    key: "asked",
    text,
    canonical: normalise(text).canonical,
    normalisedOnly: false,
    embedder: "test",
    vector: table.embed(text),
    minSimilarity: null,
    explain: true,
    ...changes,
  };
}

function flight(text: string, changes: Partial<QuestionInFlight> = {}): QuestionInFlight {
  return { key: `flight of ${text}`, text, canonical: normalise(text).canonical, vector: table.embed(text), ...changes };
}

describe("stored questions", () => {
  it("are reported with a verdict and this shard's number, best first", async () => {
    const stored = [
      { key: "other", text: OTHER, cosine: 0.41 },
      { key: "same", text: QUESTION, cosine: 0.91 },
    ];
    const found = await finderOver({ stored }).searchSimilar(ask(PARAPHRASE), table);
    expect(found.map(({ key, verdict, shard }) => [key, verdict, shard])).toEqual([
      ["same", "serve", 5],
      ["other", "reject", 5],
    ]);
    expect(found[0]).toMatchObject({ source: "entry", similarity: 0.91, vetoes: [] });
  });

  it("below the minimum cosine are not compared", async () => {
    expect(await finderOver({ stored: [{ key: "far", text: QUESTION, cosine: 0.39 }] }).searchSimilar(ask(PARAPHRASE), table)).toEqual([]);
  });

  it("are no candidates when their entry is dead or is the requested one", async () => {
    const stored = [
      { key: "dead", text: QUESTION, cosine: 0.9 },
      { key: "asked", text: QUESTION, cosine: 0.9 },
    ];
    expect(await finderOver({ stored, dead: ["dead"] }).searchSimilar(ask(PARAPHRASE), table)).toEqual([]);
  });

  it("are found without a vector when they are equal after normalisation", async () => {
    const finder = finderOver({ stored: [{ key: "same", text: QUESTION, cosine: 0.9 }] });
    expect(await finder.searchSimilar(ask(NEAR_REPEAT, { vector: null }), table)).toMatchObject([
      { verdict: "serve", reason: "normalised_equal" },
    ]);
    expect(await finder.searchSimilar(ask(PARAPHRASE, { vector: null }), table)).toEqual([]);
  });

  it("must be equal for a question that accepts only equal ones", async () => {
    const finder = finderOver({ stored: [{ key: "same", text: QUESTION, cosine: 0.95 }] });
    expect(await finder.searchSimilar(ask(PARAPHRASE, { normalisedOnly: true }), table)).toEqual([]);
    expect(await finder.searchSimilar(ask(NEAR_REPEAT, { normalisedOnly: true }), table)).toMatchObject([{ verdict: "serve" }]);
  });

  it("are reported only up to four", async () => {
    const stored = Array.from({ length: 9 }, (_, index) => ({ key: `k${index}`, text: QUESTION, cosine: 0.9 - index / 100 }));
    const found = await finderOver({ stored }).searchSimilar(ask(PARAPHRASE), table);
    expect(found.map(({ key }) => key)).toEqual(["k0", "k1", "k2", "k3"]);
  });
});

describe("without an explanation", () => {
  const keysOf = async (shelf: Shelf, text: string): Promise<readonly string[]> =>
    (await finderOver(shelf).searchSimilar(ask(text, { explain: false }), table)).map(({ key }) => key);
  const vetoed = ["30", "60", "70"].map((days, index) => ({
    key: days,
    text: `Can I recover emails after ${days} days?`,
    cosine: 0.9 - index / 10,
  }));

  it("only the best of several rejected candidates is reported", async () => {
    expect(await keysOf({ stored: vetoed }, "Can I recover emails after 90 days?")).toEqual(["30"]);
  });

  it("all candidates that may be served are reported", async () => {
    const stored = ["one", "two"].map((key) => ({ key, text: QUESTION, cosine: 0.9 }));
    expect(await keysOf({ stored: [...stored, { key: "other", text: OTHER, cosine: 0.5 }] }, NEAR_REPEAT)).toEqual(["one", "two"]);
  });

  it("a grey flight does not hide the best grey entry, which the judge may be asked about", async () => {
    const stored = [
      { key: "grey", text: PARAPHRASE, cosine: 0.8 },
      { key: "greyer", text: PARAPHRASE, cosine: 0.7 },
    ];
    // With an error bound as low as this, even equal texts are grey.
    const shelf = { stored, flying: [flight(QUESTION)], errorBound: 1e-9 };
    expect(await keysOf(shelf, NEAR_REPEAT)).toEqual([`flight of ${QUESTION}`, "grey"]);
  });
});

describe("the minimum similarity", () => {
  const stored = [{ key: "same", text: QUESTION, cosine: 0.91 }];
  it.each([
    [0.9, null, "serve"],
    [0.92, null, "reject"],
    [null, 0.92, "reject"],
    [0.92, 0.1, "reject"],
    [0.1, 0.92, "reject"],
    [0, 0, "serve"],
  ] as const)("of %s from the operator and %s from the caller gives the verdict %s", async (operator, caller, verdict) => {
    const finder = finderOver({ stored, ...(operator === null ? {} : { operatorMinSimilarity: operator }) });
    expect((await finder.searchSimilar(ask(PARAPHRASE, { minSimilarity: caller }), table))[0]?.verdict).toBe(verdict);
  });

  it("never turns a rejected candidate into a hit", async () => {
    const swapped = [{ key: "k", text: "Can I recover emails after 30 days?", cosine: 0.99 }];
    const found = await finderOver({ stored: swapped }).searchSimilar(
      ask("Can I recover emails after 90 days?", { minSimilarity: 0 }),
      table,
    );
    expect(found).toMatchObject([{ verdict: "reject", reason: "veto", vetoes: ["numbers"] }]);
  });
});

describe("flights", () => {
  it("are joined by a paraphrase and by a near-repeat", async () => {
    const finder = finderOver({ flying: [flight(QUESTION)] });
    for (const text of [PARAPHRASE, NEAR_REPEAT])
      expect(await finder.searchSimilar(ask(text), table)).toMatchObject([{ source: "flight", verdict: "serve" }]);
  });

  it("do not prevent a hit when there is a stored answer as well", async () => {
    const cosine = 0.91;
    const finder = finderOver({ stored: [{ key: "same", text: QUESTION, cosine }], flying: [flight(QUESTION)] });
    const [first] = await finder.searchSimilar(ask(NEAR_REPEAT), table);
    expect(first).toMatchObject({ verdict: "serve" });
  });

  it("of a question without a vector are joined by equal texts only", async () => {
    const finder = finderOver({ flying: [flight(QUESTION, { vector: null })] });
    expect(await finder.searchSimilar(ask(PARAPHRASE), table)).toEqual([]);
    expect(await finder.searchSimilar(ask(NEAR_REPEAT), table)).toMatchObject([{ verdict: "serve" }]);
  });

  it("are not joined by a paraphrase that accepts only equal questions, nor by their own key", async () => {
    const finder = finderOver({ flying: [flight(QUESTION)] });
    expect(await finder.searchSimilar(ask(PARAPHRASE, { normalisedOnly: true }), table)).toEqual([]);
    expect(await finder.searchSimilar(ask(QUESTION, { key: `flight of ${QUESTION}` }), table)).toEqual([]);
  });

  it("about something else are not compared", async () => {
    expect(await finderOver({ flying: [flight(OTHER)] }).searchSimilar(ask(PARAPHRASE), table)).toEqual([]);
  });
});

describe("a search with many candidates", () => {
  const LONG = "Our invoices were charged twice in March and the second payment was returned. ".repeat(8);

  it("pauses between slices, and finds the same as with few", async () => {
    pauses = 0;
    const stored = Array.from({ length: 24 }, (_, at) => ({ key: `k${at}`, text: `${LONG}Was it number ${at}?`, cosine: 0.8 }));
    const searched = await finderOver({ stored: [...stored, { key: "same", text: QUESTION, cosine: 0.91 }] }).searchSimilar(
      ask(QUESTION),
      table,
    );
    expect(searched[0]).toMatchObject({ key: "same", verdict: "serve" });
    expect(pauses).toBeGreaterThanOrEqual(stored.length / 2);
  });

  it("does not pause for a few short ones", async () => {
    pauses = 0;
    const stored = Array.from({ length: 4 }, (_, at) => ({ key: `k${at}`, text: `${QUESTION} ${at}`, cosine: 0.8 }));
    await finderOver({ stored }).searchSimilar(ask(QUESTION), table);
    expect(pauses).toBe(0);
  });

  it("compares the nearest flights only", async () => {
    const flying = Array.from({ length: 100 }, (_, at) => flight(`${QUESTION} Number ${at}, please.`));
    const near = flight(NEAR_REPEAT, { vector: table.embed(QUESTION) });
    pauses = 0;
    const found = await finderOver({ flying: [...flying, near] }).searchSimilar(ask(QUESTION), table);
    expect(found[0]).toMatchObject({ key: near.key, verdict: "serve" });
    expect(pauses).toBeLessThan(10);
  });
});
