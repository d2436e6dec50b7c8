import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "vitest";
import type { TestCluster } from "../../support/e2e-cluster.ts";

/** Longest wait for an expected state, in milliseconds. */
const SETTLE_MS = 20_000;

/** Semantic hits for all requests. */
export const MEANING_VARS = { SEMANTIC: "on", SHARD_COUNT: "3" } as const;

/** A question. `PARAPHRASE` asks the same with different words. */
export const QUESTION = "How do I remove rust from a bicycle chain?";
export const PARAPHRASE = "What's the best way of removing rust from a bike chain?";
/** The same question with another case, greeting and punctuation. */
export const NEAR_REPEAT = "hi, how do i remove rust from a bicycle chain please";

export interface Explanation {
  readonly verdict: string;
  readonly reason?: string;
  readonly candidates?: readonly {
    readonly entry: string;
    readonly source: string;
    readonly similarity: number;
    readonly vetoes: readonly string[];
    readonly verdict: string;
    readonly reason: string;
    readonly posterior: number;
    readonly scoreBin: number;
    readonly verifierScore: number | null;
  }[];
}

/** The explanation in the response headers. */
export function explanationOf(response: Response): Explanation {
  return JSON.parse(response.headers.get("refrain-explain") ?? "{}") as Explanation; // written by the server under test
}

export async function contentOf(response: Response): Promise<string> {
  const body = await response.json<{ readonly choices: readonly { readonly message: { readonly content: string } }[] }>();
  return body.choices[0]?.message.content ?? "";
}

/** Asks a question and expects the given outcome. A failure shows the explanation. */
export async function askFor(
  cluster: TestCluster,
  outcome: string,
  prompt: string,
  more: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly response: Response; readonly content: string }> {
  const response = await cluster.ask(prompt, more, { "refrain-explain": "1", ...headers });
  const content = await contentOf(response);
  expect({ prompt, outcome: response.headers.get("refrain-cache"), why: response.headers.get("refrain-explain") }).toMatchObject({
    outcome,
  });
  return { response, content };
}

/** One counter of the semantic layer over all shards. */
export async function semanticCounter(cluster: TestCluster, counter: string): Promise<number> {
  const response = await cluster.admin("GET", "/stats");
  const stats = await response.json<{ readonly semanticDecisions: Readonly<Record<string, number>> }>();
  return stats.semanticDecisions[counter] ?? 0;
}

/** Waits for a state that is reached after the answer was sent. */
export async function eventually<Value>(look: () => Promise<Value>, wanted: (value: Value) => boolean): Promise<Value> {
  const deadline = AbortSignal.timeout(SETTLE_MS);
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    if (deadline.aborted) throw new Error(`It did not happen: ${JSON.stringify(value)}`);
    await nextTurn();
  }
}
