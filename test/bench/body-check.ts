/**
 * `node test/bench/body-check.ts`: what bounding the structure of a chat body costs, and what checking it costs with the
 * project's own checks and with valibot. All are compared with parsing the same text, which every request pays anyway.
 */
import * as v from "valibot";
import { MAX_BODY_NODES } from "../../shared/wire/json/json-body.ts";
import { examineStructure, scanStructure } from "../../shared/wire/json/json-structure.ts";
import { parseChatRequest } from "../../workers/front/request/chat/chat-request.ts";

const ROUNDS = 7;
/** Characters that are parsed in one round. */
const PARSED_CHARACTERS = 10_000_000;
const MICROSECONDS_PER_MS = 1000;

/** Far fewer rules than the product checks: no ranges, no content parts, no tools. */
const MESSAGE = v.looseObject({
  role: v.picklist(["system", "user", "assistant", "tool", "developer"]),
  content: v.union([v.string(), v.array(v.unknown())]),
});
const REQUEST = v.looseObject({
  messages: v.pipe(v.array(MESSAGE), v.minLength(1)),
  model: v.optional(v.string()),
  stream: v.optional(v.boolean()),
  temperature: v.optional(v.number()),
  max_tokens: v.optional(v.pipe(v.number(), v.integer())),
});

const BODIES = {
  "2 messages": {
    model: "gpt-5-mini",
    messages: [
      { role: "system", content: "You are a helpful assistant." },
      { role: "user", content: "What is the capital of France? ".repeat(20) },
    ],
    temperature: 0.2,
    max_tokens: 200,
    stream: true,
  },
  "60 messages": {
    model: "gpt-5",
    messages: Array.from({ length: 60 }, (_, at) => ({ role: at % 2 === 0 ? "user" : "assistant", content: "word ".repeat(50) })),
  },
  "an agent's tools": {
    model: "gpt-5",
    messages: [{ role: "user", content: "What is on my calendar?" }],
    tools: Array.from({ length: 64 }, (_, tool) => ({
      type: "function",
      function: {
        name: `tool_${tool}`,
        description: "Does what the user asks for, with the given parameters.",
        parameters: { type: "object", properties: { query: { type: "string", description: "What to look for." } }, required: ["query"] },
      },
    })),
  },
  "a pasted file": {
    model: "gpt-5",
    messages: [{ role: "user", content: 'const text = "some code";\n'.repeat(40_000) }],
  },
  "a document": {
    model: "gpt-5",
    messages: [{ role: "user", content: "word ".repeat(200_000) }],
  },
} as const;

function microsecondsOf(work: () => unknown, times: number): number {
  const samples = Array.from({ length: ROUNDS }, () => {
    const startMs = performance.now();
    for (let time = 0; time < times; time++) work();
    return ((performance.now() - startMs) * MICROSECONDS_PER_MS) / times;
  });
  return samples.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}

for (const [name, body] of Object.entries(BODIES)) {
  const text = JSON.stringify(body);
  const times = Math.ceil(PARSED_CHARACTERS / text.length);
  const parse = microsecondsOf(() => JSON.parse(text), times);
  const short = text.length <= MAX_BODY_NODES;
  const structure = microsecondsOf(() => (short ? examineStructure(body) : scanStructure(text, MAX_BODY_NODES)), times);
  const own = microsecondsOf(() => parseChatRequest(body), times);
  const library = microsecondsOf(() => v.safeParse(REQUEST, body), times);
  const row = (label: string, value: number): string =>
    `  ${label.padEnd(12)}${value.toFixed(2).padStart(7)} µs  ${(value / parse).toFixed(2)} of parsing`;
  process.stdout.write(
    `${name}\n${row("JSON.parse", parse)}\n${row("structure", structure)}\n${row("own checks", own)}\n${row("valibot", library)}\n`,
  );
}
