/**
 * An OpenAI-compatible upstream in a separate process. The prompt selects the answer:
 * - `fan <events> <ms>` streams that number of events at that interval, after 1,000 ms.
 * - `tokens <events> <bytes> <burst> <ms>` streams that number of events of that size, `burst` at a time.
 * - `large <bytes>` streams incompressible text of that size at once.
 * - `gated` is answered after the next `GET /open`.
 * Every other prompt is answered at once, with 1 KB.
 */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

/** Content of the length that makes the product's chat.completion JSON 1,024 bytes long. */
const CONTENT = "x".repeat(774);
const FAN_DELAY_MS = 1000;
const FAN_EVENT_PADDING = "y".repeat(60);
const LARGE_PIECE_CHARACTERS = 4096;
const HEAD = { id: "chatcmpl-bench", created: 1_790_000_000, model: "bench" };
const USAGE = { prompt_tokens: 10, completion_tokens: 200, total_tokens: 210 };

function chunk(delta: object, finishReason: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return `data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", choices })}\n\n`;
}

const END = `${chunk({}, "stop")}data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", choices: [], usage: USAGE })}\n\ndata: [DONE]\n\n`;
const INSTANT = chunk({ role: "assistant", content: CONTENT }, null) + END;

async function fanOut(response: ServerResponse, events: number, gapMs: number): Promise<void> {
  await sleep(FAN_DELAY_MS);
  const startMs = performance.now();
  for (let event = 0; event < events; event++) {
    const content = `#${event} @${(performance.timeOrigin + performance.now()).toFixed(3)} ${FAN_EVENT_PADDING}`;
    response.write(chunk(event === 0 ? { role: "assistant", content } : { content }, null));
    await sleep(Math.max(0, startMs + (event + 1) * gapMs - performance.now()));
  }
  response.end(END);
}

/** Writes bytes at the reader's pace. */
async function send(response: ServerResponse, text: string): Promise<void> {
  if (response.write(text) || response.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once("drain", resolve).once("close", resolve);
  await promise;
  response.off("drain", resolve).off("close", resolve);
}

/** The event of a short token. Providers fill such events up to hide the length of the token. */
function token(index: number, bytes: number): string {
  const bare = chunk({ content: `t${index} ` }, null);
  return bare.replace(',"choices"', `,"obfuscation":"${"x".repeat(Math.max(0, bytes - bare.length - 17))}","choices"`);
}

async function tokens(response: ServerResponse, events: number, bytes: number, burst: number, gapMs: number): Promise<void> {
  for (let event = 0; event < events && !response.destroyed; event += burst) {
    const texts = Array.from({ length: Math.min(burst, events - event) }, (_, index) => token(event + index, bytes));
    await send(response, texts.join(""));
    await sleep(gapMs);
  }
  response.end(END);
}

async function large(response: ServerResponse, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; left -= LARGE_PIECE_CHARACTERS) {
    const text = randomBytes(LARGE_PIECE_CHARACTERS).toString("base64").slice(0, Math.min(left, LARGE_PIECE_CHARACTERS));
    await send(response, chunk({ content: text }, null));
  }
  response.end(END);
}

let gate = Promise.withResolvers<void>();

const server = createServer((request, response) => {
  if (request.url?.endsWith("/open") === true) {
    gate.resolve();
    gate = Promise.withResolvers();
    return void response.end();
  }
  void readText(request).then((body) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const fan = /fan (\d+) (\d+)/.exec(body);
    if (fan !== null) return fanOut(response, Number(fan[1]), Number(fan[2]));
    const paced = /tokens (\d+) (\d+) (\d+) (\d+)/.exec(body);
    if (paced !== null) return tokens(response, Number(paced[1]), Number(paced[2]), Number(paced[3]), Number(paced[4]));
    const big = /large (\d+)/.exec(body);
    if (big !== null) return large(response, Number(big[1]));
    if (body.includes("gated")) return gate.promise.then(() => void response.end(INSTANT));
    return void response.end(INSTANT);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port)); // an IP server's address is an object
process.on("disconnect", () => process.exit());
