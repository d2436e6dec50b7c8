import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestServer } from "../support/start-server.ts";
import { startServer } from "../support/start-server.ts";

export const CHAT_PATH = "/v1/chat/completions";

/** Starts the product as `npm start` does, without rate limits and with the benchmark's upstream as its provider. */
export async function startProduct(
  upstreamUrl: string,
  vars: Readonly<Record<string, string>> = {},
  dataDir?: string,
): Promise<TestServer> {
  return startServer({
    vars: { RATE_LIMIT_REQUESTS: "unlimited", OPENAI_BASE_URL: upstreamUrl, DEFAULT_PROVIDER: "openai", DEFAULT_MODEL: "bench", ...vars },
    ...(dataDir === undefined ? {} : { dataDir }),
  });
}

/** A chat request of about 180 bytes. */
export function chatBody(prompt: string, extra: object = {}): string {
  return JSON.stringify({
    model: "bench",
    messages: [
      { role: "system", content: "You are a helpful assistant." },
      { role: "user", content: prompt },
    ],
    temperature: 0.7,
    ...extra,
  });
}

/** An answer: how it was made, the key of its entry, and its length. */
interface Answer {
  readonly cache: string;
  readonly entry: string;
  readonly bytes: number;
}

/** Asks once. */
export async function ask(server: Pick<TestServer, "url">, body: string): Promise<Answer> {
  const response = await fetch(`${server.url}${CHAT_PATH}`, { method: "POST", headers: { "content-type": "application/json" }, body });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  const { headers } = response;
  return { cache: headers.get("refrain-cache") ?? "", entry: headers.get("refrain-entry") ?? "", bytes: Buffer.byteLength(text) };
}

/** Asks every question once, which stores its answer, and checks that the last one is a hit. */
export async function store(server: Pick<TestServer, "url">, bodies: readonly string[], parallel = 16): Promise<void> {
  for (let at = 0; at < bodies.length; at += parallel) await Promise.all(bodies.slice(at, at + parallel).map((body) => ask(server, body)));
  const last = await ask(server, bodies[bodies.length - 1] ?? "");
  if (last.cache !== "HIT") throw new Error(`Expected a hit, got ${last.cache}`);
}

interface StatsBody {
  readonly requests: number;
  readonly hits: number;
}

interface ShardFigures {
  readonly entries: number;
  readonly bytes: number;
  readonly subscribers: number;
}

/** What the server's first shard reports about itself. */
export async function shardFigures(server: TestServer): Promise<ShardFigures> {
  const headers = { authorization: `Bearer ${server.adminToken}` };
  const response = await fetch(`${server.url}/admin/shards/0`, { headers });
  return response.json<ShardFigures>();
}

/** Number of requests so far that were not hits. */
export async function otherThanHits(server: TestServer): Promise<number> {
  const response = await fetch(`${server.url}/stats`);
  const { requests, hits } = await response.json<StatsBody>();
  return requests - hits;
}

/** Process id of the server's runtime. */
export async function runtimePid(server: TestServer): Promise<number> {
  return Number(await readFile(join(server.dataDir, "runtime.pid"), "utf8"));
}
