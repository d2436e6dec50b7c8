import { setTimeout as sleep } from "node:timers/promises";
import type { QuestionPair } from "./question-pairs.ts";

/** Number of pairs that are asked at the same time. */
const PARALLEL = 8;
const MAX_ATTEMPTS = 20;

interface Asked {
  readonly kind: QuestionPair["kind"];
  readonly served: boolean;
}

/** Values of `refrain-cache` after which the first text is stored, and the second text can be compared with it. */
const STORED: ReadonlySet<string> = new Set(["MISS", "HIT"]);

/**
 * Tries every pair over HTTP at a server's settings. Asks the first text of a pair, then the second, in a separate
 * scope (a system prompt that no other pair has). Each pair has a separate user, which avoids the rate limit per user.
 * After a 429, for example from the tenant's limit, it waits and tries again. Throws if a request fails otherwise.
 */
export async function askPairs(url: string, pairs: readonly QuestionPair[]): Promise<readonly Asked[]> {
  const run = crypto.randomUUID();
  const asked: Asked[] = [];
  const remaining = pairs.entries();
  const worker = async (): Promise<void> => {
    for (const [index, { a, b, kind }] of remaining) {
      const system = `Pair ${index} of ${run}.`;
      const first = await ask(url, system, a);
      if (!STORED.has(first)) throw new Error(`Pair ${index}: the first question was answered ${first}`);
      asked[index] = { kind, served: (await ask(url, system, b)) === "SEMANTIC" };
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return asked;
}

async function ask(url: string, system: string, text: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const response = await send(url, system, text);
    const body = await response.text();
    if (response.status === 200) return response.headers.get("refrain-cache") ?? "";
    const waitSeconds = Number(response.headers.get("retry-after"));
    if (response.status !== 429 || attempt === MAX_ATTEMPTS || !(waitSeconds > 0)) throw new Error(`${response.status} ${body}`);
    await sleep(waitSeconds * 1000);
  }
}

function send(url: string, system: string, text: string): Promise<Response> {
  return fetch(`${url.replace(/\/+$/, "")}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...authorization() },
    body: JSON.stringify({
      user: system,
      messages: [
        { role: "system", content: system },
        { role: "user", content: text },
      ],
    }),
  });
}

/** Sends `REFRAIN_API_KEY` if it is set, for servers that require a client key. */
function authorization(): Readonly<Record<string, string>> {
  const key = process.env["REFRAIN_API_KEY"];
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}
