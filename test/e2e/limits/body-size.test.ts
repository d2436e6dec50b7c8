import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestCluster } from "../../support/e2e-cluster.ts";
import { outcomeOf, startTestCluster } from "../../support/e2e-cluster.ts";

/** The largest value of MAX_BODY_BYTES. */
const LIMIT_BYTES = 14 * 1024 * 1024;

let cluster: TestCluster;

beforeAll(async () => {
  const script = () => ({ kind: "answer", text: "short" }) as const;
  cluster = await startTestCluster({ script, vars: { MAX_BODY_BYTES: String(LIMIT_BYTES), SEMANTIC: "on", SHARD_COUNT: "2" } });
});

afterAll(async () => await cluster[Symbol.asyncDispose]());

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

/** A body of exactly `bytes`, filled with `unit`. */
function bodyOf(first: string, unit: string, bytes: number): string {
  const frame = (text: string): string => `{"model":"test-model","messages":[{"role":"user","content":"${text}"}]}`;
  const room = bytes - bytesOf(frame(first));
  const text = first + unit.repeat(Math.floor(room / bytesOf(unit)));
  return frame(text + "x".repeat(bytes - bytesOf(frame(text))));
}

function post(body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${cluster.url}/v1/chat/completions`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

describe.each([
  ["one-byte characters", "", "x"],
  ["two-byte characters", "", "ж"],
  ["one-byte characters and one wide one", "ж", "x"],
])("a body of %s at the largest limit", (_what, first, unit) => {
  test("is a miss, a hit and a bypass, and reaches the provider unchanged; one byte more is a 413", async () => {
    const body = bodyOf(first, unit, LIMIT_BYTES);
    const before = cluster.upstream.calls.length;
    const outcomes: string[] = [];
    for (const headers of [{}, {}, { "cache-control": "no-store" }]) {
      const response = await post(body, headers);
      outcomes.push(`${response.status} ${outcomeOf(response)}`);
      await response.arrayBuffer();
    }
    expect(outcomes).toEqual(["200 MISS", "200 HIT", "200 BYPASS"]);
    const sent = (JSON.parse(body) as { readonly messages: [{ readonly content: string }] }).messages[0].content;
    const received = cluster.upstream.calls.slice(before).map(({ prompt }) => digestOf(prompt));
    expect(received).toEqual([digestOf(sent), digestOf(sent)]);
    const refused = await post(`${body} `);
    expect(refused.status).toBe(413);
    await refused.arrayBuffer();
  });
});
