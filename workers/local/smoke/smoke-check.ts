import { randomUUID } from "node:crypto";
import { objectNotice } from "./object-notice.ts";

const REQUEST_TIMEOUT_MS = 120_000;
/** Time to stop a run that would create objects in the wrong place. */
const NOTICE_PAUSE_MS = 5000;

export interface SmokeOptions {
  readonly url: string;
  readonly key: string | null;
  readonly adminToken: string | null;
  readonly model: string | null;
  readonly print: (line: string) => void;
  /** Waits after a notice, so that the operator can stop the run. */
  readonly pause: (delayMs: number) => Promise<void>;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

export interface SmokeResult {
  readonly passed: number;
  readonly failed: number;
}

/** Checks a deployment from the outside, as a client and as an operator. Prints one line per check. */
export class SmokeCheck {
  readonly #options: SmokeOptions;
  #passed = 0;
  #failed = 0;

  constructor(options: SmokeOptions) {
    this.#options = options;
  }

  async run(): Promise<SmokeResult> {
    await this.#section("health", () => this.#health());
    await this.#section("JSON answer", () => this.#jsonThenHit());
    await this.#section("streamed answer", () => this.#streamThenHit());
    await this.#section("bad input", () => this.#badInput());
    await this.#section("client keys", () => this.#clientKeys());
    await this.#section("admin", () => this.#admin());
    return { passed: this.#passed, failed: this.#failed };
  }

  /** The first request, because it creates no object: its answer tells where the others will create them. */
  async #health(): Promise<void> {
    const response = await this.#fetch("/health", {});
    this.#expect("GET /health returns 200", response.status === 200, response.status);
    const body = parse(await response.text());
    const status = member(body, "status");
    this.#expect("GET /health reports the status ok", status === "ok", status);
    const notice = objectNotice(this.#options.url, member(body, "placement"));
    if (notice === null) return;
    this.#options.print(notice);
    await this.#options.pause(NOTICE_PAUSE_MS);
  }

  /** A new question is a MISS. The same question is then a HIT with the same text, as JSON and as a stream. */
  async #jsonThenHit(): Promise<void> {
    const body = this.#question();
    const first = await this.#chat(body);
    const firstText = await first.text();
    this.#expect(
      "a new question is a MISS",
      first.status === 200 && cacheState(first) === "MISS",
      `${first.status} ${cacheState(first)} ${firstText.slice(0, 200)}`,
    );
    this.#expect(
      "an answer has the headers Cache-Status and refrain-request-id",
      first.headers.has("cache-status") && first.headers.has("refrain-request-id"),
    );
    const second = await this.#chat(body);
    const secondText = await second.text();
    this.#expect("the same question is a HIT", cacheState(second) === "HIT", cacheState(second));
    this.#expect("a hit has the header Age", /^\d+$/.test(second.headers.get("age") ?? ""), second.headers.get("age"));
    this.#expect("the hit returns the same answer", content(secondText) !== "" && content(secondText) === content(firstText));
    const replay = await this.#chat({ ...body, stream: true });
    const events = await replay.text();
    this.#expect("the stored answer is replayed as a stream", cacheState(replay) === "HIT" && isEventStream(replay), cacheState(replay));
    this.#expect("the replay is complete", events.trimEnd().endsWith("data: [DONE]") && streamedContent(events) === content(firstText));
    await this.#purge(first.headers.get("refrain-entry"));
  }

  async #streamThenHit(): Promise<void> {
    const body = this.#question();
    const stream = await this.#chat({ ...body, stream: true });
    const events = await stream.text();
    this.#expect(
      "a new question is answered as a stream",
      stream.status === 200 && isEventStream(stream) && cacheState(stream) === "MISS",
      `${stream.status} ${cacheState(stream)}`,
    );
    this.#expect("the stream is complete", events.trimEnd().endsWith("data: [DONE]"), events.slice(-200));
    const json = await this.#chat(body);
    const text = await json.text();
    this.#expect(
      "the streamed answer is stored",
      cacheState(json) === "HIT" && content(text) === streamedContent(events),
      cacheState(json),
    );
    await this.#purge(stream.headers.get("refrain-entry"));
  }

  async #badInput(): Promise<void> {
    const response = await this.#fetch("/v1/chat/completions", { method: "POST", headers: this.#headers(), body: "{not json" });
    const message = member(member(parse(await response.text()), "error"), "message");
    this.#expect(
      "a body that is not JSON gets a 400 in OpenAI's error format",
      response.status === 400 && typeof message === "string",
      response.status,
    );
  }

  async #clientKeys(): Promise<void> {
    if (this.#options.key === null) return this.#options.print("skip  no --key given");
    for (const [what, authorization] of [
      ["without a key", null],
      ["with a wrong key", "Bearer wrong"],
    ] as const) {
      const headers = { "content-type": "application/json", ...(authorization === null ? {} : { authorization }) };
      const response = await this.#fetch("/v1/chat/completions", { method: "POST", headers, body: JSON.stringify(this.#question()) });
      this.#expect(`a request ${what} gets a 401`, response.status === 401, response.status);
    }
  }

  async #admin(): Promise<void> {
    for (const [what, headers] of [
      ["no token", {}],
      ["a wrong token", { authorization: "Bearer wrong" }],
    ] as const) {
      const response = await this.#fetch("/admin/shards", { headers });
      this.#expect(`an admin request with ${what} gets a 401`, response.status === 401, response.status);
    }
    if (this.#options.adminToken === null) return this.#options.print("skip  no --admin-token given");
    const health = await this.#fetch("/admin/health", { headers: this.#adminHeaders() });
    const tiers = parse(await health.text());
    this.#expect("GET /admin/health reports that every tier answers", member(tiers, "status") === "ok", tiers);
    const response = await this.#fetch("/admin/shards", { headers: this.#adminHeaders() });
    const shards = member(parse(await response.text()), "shards");
    this.#expect(
      "GET /admin/shards lists the shards",
      response.status === 200 && Array.isArray(shards) && shards.length > 0,
      response.status,
    );
  }

  async #purge(key: string | null): Promise<void> {
    if (this.#options.adminToken === null) return;
    const response = await this.#fetch("/admin/purge", { method: "POST", headers: this.#adminHeaders(), body: JSON.stringify({ key }) });
    const purged = member(parse(await response.text()), "purged");
    this.#expect(
      "a purge by key removes the answer",
      response.status === 200 && purged === 1,
      `${response.status} ${JSON.stringify(purged)}`,
    );
  }

  /** A question that was never asked before, so that its first answer must be a MISS. */
  #question(): { readonly messages: readonly object[]; readonly model?: string } {
    const { model } = this.#options;
    return {
      ...(model === null ? {} : { model }),
      messages: [{ role: "user", content: `Reply with one word. Reference ${randomUUID()}` }],
    };
  }

  async #chat(body: object): Promise<Response> {
    return this.#fetch("/v1/chat/completions", { method: "POST", headers: this.#headers(), body: JSON.stringify(body) });
  }

  /** Mode `exact`: the questions differ only in a reference number and must not get semantic hits. */
  #headers(): Record<string, string> {
    const { key } = this.#options;
    return {
      "content-type": "application/json",
      "refrain-cache-mode": "exact",
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    };
  }

  #adminHeaders(): Record<string, string> {
    return { "content-type": "application/json", authorization: `Bearer ${this.#options.adminToken ?? ""}` };
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    return this.#options.fetch(`${this.#options.url}${path}`, {
      ...init,
      redirect: "manual",
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  }

  async #section(name: string, checks: () => Promise<void>): Promise<void> {
    try {
      await checks();
    } catch (error) {
      this.#expect(`${name}: all requests complete`, false, error);
    }
  }

  #expect(what: string, holds: boolean, seen?: unknown): void {
    if (holds) this.#passed++;
    else this.#failed++;
    this.#options.print(
      holds
        ? `ok    ${what}`
        : `FAIL  ${what}${seen === undefined ? "" : `: ${seen instanceof Error ? seen.message : JSON.stringify(seen)}`}`,
    );
  }
}

function cacheState(response: Response): string {
  return response.headers.get("refrain-cache") ?? "no refrain-cache header";
}

function isEventStream(response: Response): boolean {
  return response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
}

function content(text: string): string {
  return textAt(parse(text), ["choices", "0", "message", "content"]);
}

function streamedContent(events: string): string {
  const data = events.split("\n").filter((line) => line.startsWith("data: {"));
  return data.map((line) => textAt(parse(line.slice(6)), ["choices", "0", "delta", "content"])).join("");
}

function textAt(value: unknown, path: readonly string[]): string {
  const found = path.reduce(member, value);
  return typeof found === "string" ? found : "";
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
