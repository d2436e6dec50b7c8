import { mutate, mutateText, oddHeaderValue } from "./mutation.ts";
import type { Random } from "./random.ts";

/** One request of a fuzz run. */
export interface GeneratedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Whether the body is sent with chunked encoding. */
  readonly chunked: boolean;
  /** Whether the prompt tells the upstream to fail, so that a 5xx is expected. */
  readonly scriptedFault: boolean;
}

/** Prompts that make the scripted upstream fail. */
export const FAULT_PROMPTS = ["fault:500", "fault:429", "fault:truncate", "fault:garbage", "fault:length", "fault:empty"] as const;

const MODELS = ["test-model", "other-model", "openai/test-model", "nobody/test-model"] as const;
const FORWARDED_HEADERS = [
  "cache-control",
  "refrain-cache-ttl",
  "refrain-cache-key",
  "refrain-cache-tags",
  "refrain-cache-mode",
  "refrain-user",
  "refrain-partition",
  "refrain-similarity-min",
  "refrain-explain",
  "cf-aig-skip-cache",
  "cf-aig-cache-ttl",
  "cf-aig-cache-key",
  "content-type",
  "origin",
  "authorization",
  "accept",
] as const;
const SOUND_HEADERS: readonly [Readonly<Record<string, string>>, ...Readonly<Record<string, string>>[]] = [
  {},
  {},
  { "cache-control": "no-cache" },
  { "cache-control": "no-store" },
  { "cache-control": "max-age=0, max-stale" },
  { "refrain-cache-ttl": "60" },
  { "refrain-cache-ttl": "0" },
  { "refrain-cache-tags": "a,b" },
  { "refrain-cache-key": "k1" },
  { "refrain-user": "ann", "refrain-partition": "user" },
  { "refrain-cache-mode": "exact" },
  { "cf-aig-skip-cache": "true" },
];
const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"] as const;
const PATHS = [
  "/",
  "/health",
  "/stats",
  "/v1/models",
  "/v1/models/test-model",
  "/v1/models/openai%2Ftest-model",
  "/v1/models/%E0%A4%A",
  "/v1/chat/completions",
  "/v1/chat/completions/",
  "/v1//chat/completions",
  "/chat",
  "/admin/shards",
  "/admin/shards/0",
  "/admin/shards/7",
  "/admin/shards/8",
  "/admin/shards/%00",
  "/admin/shards/0?mode=hard",
  "/admin/shards/1?mode=x&mode=soft",
  "/admin/purge",
  `/admin/entries/${"0".repeat(64)}`,
  "/admin/entries/x",
  "/admin",
  "/v1/feedback",
  "/metrics",
  "/%",
  "/?a[]=1&%zz",
] as const;

function prompt(random: Random): string {
  if (random.chance(0.03)) return random.pick(FAULT_PROMPTS);
  return `prompt ${random.below(random.chance(0.5) ? 50 : 5000)}`;
}

function chatBody(random: Random, text: string): object {
  return {
    model: random.pick(MODELS),
    messages: [
      ...(random.chance(0.3) ? [{ role: "system", content: "Be brief." }] : []),
      { role: "user", content: random.chance(0.2) ? [{ type: "text", text }] : text },
    ],
    ...(random.chance(0.4) ? { stream: true } : {}),
    ...(random.chance(0.2) ? { stream: true, stream_options: { include_usage: true } } : {}),
    ...(random.chance(0.2) ? { temperature: random.below(20) / 10, seed: random.below(100) } : {}),
    ...(random.chance(0.1)
      ? { tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }], tool_choice: "auto" }
      : {}),
    ...(random.chance(0.1) ? { user: "ann", metadata: { a: "b" } } : {}),
  };
}

function purgeBody(random: Random): object {
  const selector = random.pick<object>([
    { all: true },
    { tag: "a" },
    { model: "test-model" },
    { tenant: "default" },
    { key: "0".repeat(64) },
    { scope: "f".repeat(64) },
    { olderThanSeconds: random.below(100) },
    { request: chatBody(random, prompt(random)) },
  ]);
  return { ...selector, ...(random.chance(0.7) ? { dryRun: true } : {}), ...(random.chance(0.2) ? { mode: "hard" } : {}) };
}

/** Generates a request: a valid one for a random route, often mutated in one or several places. */
export function generateRequest(random: Random, adminToken: string): GeneratedRequest {
  const text = prompt(random);
  const kind = random.below(10);
  const [method, path, sound] =
    kind < 5
      ? (["POST", "/v1/chat/completions", chatBody(random, text)] as const)
      : kind < 7
        ? (["POST", "/chat", { prompt: text, ...(random.chance(0.4) ? { stream: true } : {}) }] as const)
        : kind < 8
          ? (["POST", "/admin/purge", purgeBody(random)] as const)
          : ([random.pick(METHODS), random.pick(PATHS), random.chance(0.5) ? chatBody(random, text) : null] as const);
  const headers = headersOf(random, path, adminToken);
  const allowed = method !== "GET" && method !== "HEAD";
  const body = sound === null || !allowed ? null : bodyText(random, sound);
  // A request with a cache key may join the failing call of another prompt.
  const shared = "refrain-cache-key" in headers || "cf-aig-cache-key" in headers;
  const scriptedFault = body !== null && (shared || (FAULT_PROMPTS as readonly string[]).some((fault) => body.includes(fault)));
  return { method, path, headers, body, chunked: body !== null && random.chance(0.1), scriptedFault };
}

function bodyText(random: Random, sound: object): string {
  let value: unknown = sound;
  if (random.chance(0.5))
    for (let times = 0; times <= random.below(3); times++) value = mutate(value as Parameters<typeof mutate>[0], random); // JSON made by this module
  const text = JSON.stringify(value);
  return random.chance(0.1) ? mutateText(text, random) : text;
}

function headersOf(random: Random, path: string, adminToken: string): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { "content-type": "application/json", ...random.pick(SOUND_HEADERS) };
  if (random.chance(0.25))
    for (let times = 0; times <= random.below(3); times++) headers[random.pick(FORWARDED_HEADERS)] = oddHeaderValue(random);
  // The token is always right, because 20 wrong ones would block the admin routes for a minute.
  if (path.startsWith("/admin")) headers["authorization"] = `Bearer ${adminToken}`;
  return headers;
}
