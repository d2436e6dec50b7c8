import { Agent, request as send } from "node:http";
import type { IncomingMessage } from "node:http";
import { text as readText } from "node:stream/consumers";
import type { RecordedCall, UpstreamPlan } from "../../support/start-upstream.ts";
import type { GeneratedRequest } from "./generated-request.ts";
import { generateRequest } from "./generated-request.ts";
import { Random } from "./random.ts";

/** A request that takes longer counts as a hang. */
const HANG_MS = 30_000;
const MAX_FINDINGS = 20;
const REPLAY_CHARACTERS = 2000;

export interface FuzzOptions {
  readonly url: string;
  readonly adminToken: string;
  readonly requests: number;
  readonly seed: number;
  /** Keep-alive connections, with one request at a time on each. */
  readonly connections: number;
  readonly onProgress?: (done: number) => void;
}

export interface FuzzReport {
  readonly requests: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Faults found, each with the request that caused it. */
  readonly findings: readonly string[];
}

/** The scripted upstream of a fuzz run. It fails when the body asks for a fault. */
export function fuzzUpstream(call: RecordedCall): UpstreamPlan {
  switch (/fault:(\w+)/.exec(call.bodyText)?.[1] ?? "none") {
    case "500":
      return { kind: "status", status: 500 };
    case "429":
      return { kind: "status", status: 429, headers: { "retry-after": "1" } };
    case "truncate":
      return { kind: "truncate", text: "half of it", afterChunks: 1, how: "end" };
    case "garbage":
      return { kind: "raw", contentType: "text/event-stream", body: "data: {oops\n\n" };
    case "length":
      return { kind: "answer", text: "cut", finishReason: "length" };
    case "empty":
      return { kind: "raw", contentType: "application/json", body: '{"choices":[]}' };
    default:
      return { kind: "answer", text: `Answer to ${call.prompt.slice(0, 100)}` };
  }
}

/** Sends generated requests and checks every answer. A seed always gives the same requests. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const random = new Random(options.seed);
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections });
  const statuses: Record<string, number> = {};
  const findings: string[] = [];
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < options.requests && findings.length < MAX_FINDINGS) {
      sent += 1;
      const generated = generateRequest(random, options.adminToken);
      const outcome = await exchange(options.url, generated, agent);
      statuses[outcome.status] = (statuses[outcome.status] ?? 0) + 1;
      const finding = outcome.problem ?? fault(outcome, generated);
      if (finding !== null) findings.push(`${finding}\n  ${describe(generated)}\n  ${outcome.body.slice(0, REPLAY_CHARACTERS)}`);
      options.onProgress?.(sent);
    }
  };
  await Promise.all(Array.from({ length: options.connections }, worker));
  agent.destroy();
  return { requests: sent, statuses, findings };
}

/**
 * Framing headers.
 * Without them, Node sends the body of a DELETE or OPTIONS unframed, and it is parsed as the next request.
 */
function framing(body: string | null, chunked: boolean): Readonly<Record<string, string>> {
  if (body === null) return {};
  return chunked ? { "transfer-encoding": "chunked" } : { "content-length": String(new TextEncoder().encode(body).byteLength) };
}

interface Outcome {
  readonly status: number | "none";
  readonly contentType: string;
  readonly body: string;
  readonly problem: string | null;
}

async function exchange(url: string, generated: GeneratedRequest, agent: Agent): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const fail = (problem: string): void => resolve({ status: "none", contentType: "", body: "", problem });
  const target = new URL(url);
  const { method, path, body, chunked } = generated;
  const headers = { ...generated.headers, ...framing(body, chunked) };
  const client = send({ agent, host: target.hostname, port: target.port, method, path, headers, signal: AbortSignal.timeout(HANG_MS) });
  client.on("error", (error) => fail(error.name === "AbortError" ? "HANG" : `CONNECTION ${error.message}`));
  client.on("response", (response: IncomingMessage) => {
    readText(response).then(
      (text) =>
        resolve({ status: response.statusCode ?? 0, contentType: response.headers["content-type"] ?? "", body: text, problem: null }),
      (error: unknown) => fail(`BROKEN BODY ${String(error)}`),
    );
  });
  if (body !== null && chunked) client.write(body.slice(0, body.length / 2));
  client.end(body === null ? undefined : chunked ? body.slice(body.length / 2) : body);
  return promise;
}

/** The fault of an answer; null when there is none. */
function fault(outcome: Outcome, generated: GeneratedRequest): string | null {
  const status = Number(outcome.status);
  const notCached = status === 504 && outcome.body.includes("not_cached");
  if (status >= 500 && !generated.scriptedFault && !notCached) return `STATUS ${status}`;
  if (generated.method === "HEAD" || status === 204) return null;
  if (status >= 400) return malformedError(outcome, generated.path);
  if (outcome.contentType.startsWith("text/event-stream")) return malformedStream(outcome.body, generated.scriptedFault);
  return outcome.contentType.includes("json") && parse(outcome.body) === undefined ? "ANSWER IS NOT JSON" : null;
}

function malformedError(outcome: Outcome, path: string): string | null {
  const body = parse(outcome.body);
  if (typeof body !== "object" || body === null) return `ERROR ${outcome.status} IS NOT JSON`;
  if (path.startsWith("/admin")) {
    const sound = outcome.contentType.startsWith("application/problem+json") && "type" in body && "title" in body && "detail" in body;
    return sound && "status" in body && body.status === outcome.status ? null : `ERROR ${outcome.status} IS NO PROBLEM`;
  }
  const error = "error" in body ? body.error : null;
  const sound = typeof error === "object" && error !== null && "message" in error && "type" in error && "code" in error;
  if (!sound || typeof error.message !== "string" || error.message === "") return `ERROR ${outcome.status} HAS NO MESSAGE`;
  return path.startsWith("/chat") && !("success" in body && body.success === false)
    ? `ERROR ${outcome.status} IS IN ANOTHER ROUTE'S SHAPE`
    : null;
}

function malformedStream(body: string, scriptedFault: boolean): string | null {
  const events = body.split("\n\n").filter((event) => event.startsWith("data: "));
  const data = events.map((event) => event.slice("data: ".length));
  if (data.some((text) => text !== "[DONE]" && parse(text) === undefined)) return "EVENT IS NOT JSON";
  const last = data.at(-1) ?? "";
  const ended = last === "[DONE]" || last.includes('"type":"done"');
  const failed = last.includes('"error"');
  if (data.filter((text) => text === "[DONE]").length > 1) return "STREAM ENDS TWICE";
  return ended || (failed && scriptedFault) ? null : "STREAM HAS NO END";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function describe(generated: GeneratedRequest): string {
  return JSON.stringify(generated).slice(0, REPLAY_CHARACTERS);
}
