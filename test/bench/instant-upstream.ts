/**
 * An OpenAI-compatible upstream in a separate process. The prompt selects the answer: `fan <events> <ms>` streams that
 * number of events at that interval, after 1,000 ms. Every other prompt is answered at once, with 1 KB.
 */
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

/** Content of the length that makes the product's chat.completion JSON 1,024 bytes long. */
const CONTENT = "x".repeat(774);
const FAN_DELAY_MS = 1000;
const FAN_EVENT_PADDING = "y".repeat(60);
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

const server = createServer((request, response) => {
  void readText(request).then((body) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const fan = /fan (\d+) (\d+)/.exec(body);
    if (fan === null) return void response.end(INSTANT);
    return fanOut(response, Number(fan[1]), Number(fan[2]));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port)); // an IP server's address is an object
process.on("disconnect", () => process.exit());
