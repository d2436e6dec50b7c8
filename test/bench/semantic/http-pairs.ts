import { setTimeout as sleep } from "node:timers/promises";
import type { QuestionPair } from "./question-pairs.ts";

/** Pairs asked at a time. */
const PARALLEL = 8;
const MAX_ATTEMPTS = 20;

interface Asked {
  readonly kind: QuestionPair["kind"];
  readonly served: boolean;
}

/** What the answer has to be for the first text, so that the second may meet it. */
const STORED: ReadonlySet<string> = new Set(["MISS", "HIT"]);

/**
 * Tries every pair over HTTP at a server's settings: the first text of a pair is asked, then the second, in a scope of
 * their own (a system prompt that no other pair has), each pair by a user of its own, so that the limit per user does not
 * stand in the way; the tenant's is waited for. Throws when a request is refused for another reason.
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

/** `REFRAIN_API_KEY`, for servers that want one. */
function authorization(): Readonly<Record<string, string>> {
  const key = process.env["REFRAIN_API_KEY"];
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}
