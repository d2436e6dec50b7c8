import { createExecutionContext, evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { userLimiterName } from "../../../../workers/limits/limiter-port.ts";
import worker from "../../../../workers/front/index.ts";
import type { CacheShard, RateLimiter } from "../../../../durable-objects/index.ts";
import { answerEvents, answerResponse } from "../../../support/shard-provider.ts";
import type { Meter } from "./meter.ts";
import type { MeteredClass } from "./owner.ts";

/** CPU time of the Worker that a request is charged for, an assumption (ms). `npm run bench` measures less. */
export const WORKER_CPU_MS = 1;
/** Shards of a metered cluster. */
export const SHARDS = 8;

const BASE_VARS = {
  AUTH: "open",
  LOG_LEVEL: "silent",
  OPENAI_BASE_URL: "http://provider.test/v1",
  SHARD_COUNT: String(SHARDS),
};
/** Length of `shard-`, after which a shard reads its number. */
const PREFIX_LENGTH = 6;

const ANSWER = "The answer has a few words, as most answers do.";
/** Enough first requests to reach every shard. */
const FIRST_REQUESTS = 80;

let clusters = 0;

/** A Worker isolate and its objects, which no other cluster has used. */
export class MeteredCluster {
  readonly meter: Meter;
  /** An object that replaces a metered one; null for none. */
  instead: (binding: MeteredClass, name: string) => object | null = () => null;
  readonly #prefix: string;
  readonly #env: object;

  constructor(meter: Meter, vars: Readonly<Record<string, string>>) {
    clusters += 1;
    this.meter = meter;
    this.#prefix = `c${String(clusters).padStart(PREFIX_LENGTH - 2, "0")}-`;
    const rename = (name: string): string => this.#prefix + name.replace("shard-", "");
    const namespace = (binding: MeteredClass): object => ({
      getByName: (name: string) => this.instead(binding, name) ?? env[binding].getByName(rename(name)),
    });
    this.#env = {
      ...env,
      ...BASE_VARS,
      ...vars,
      CACHE_SHARD: namespace("CACHE_SHARD"),
      RATE_LIMITER: namespace("RATE_LIMITER"),
      UPSTREAM: namespace("UPSTREAM"),
    };
    meter.envOf = ({ name }) => (name.startsWith(this.#prefix) ? this.#env : null);
    this.answerAtOnce();
  }

  /** The provider answers without taking time. */
  answerAtOnce(): void {
    this.meter.provider = () => Promise.resolve(answerResponse(ANSWER));
  }

  /** The provider streams its answer evenly for so long. Every event belongs to the object that has called it. */
  answerWithin(ms: number): void {
    const encoder = new TextEncoder();
    const events = answerEvents(ANSWER);
    this.meter.provider = () => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          for (const [at, event] of events.entries())
            setTimeout(
              () => {
                controller.enqueue(encoder.encode(event));
                if (at === events.length - 1) controller.close();
              },
              (ms * (at + 1)) / events.length,
            );
        },
      });
      return Promise.resolve(new Response(body, { headers: { "content-type": "text/event-stream" } }));
    };
  }

  /** Creates a cluster after everything that earlier ones have begun. */
  static async create(meter: Meter, vars: Readonly<Record<string, string>>): Promise<MeteredCluster> {
    await meter.finish();
    return new MeteredCluster(meter, vars);
  }

  /** Stores answers until every shard has been used, so that what a shard writes once in its life is not measured. */
  async warmUp(): Promise<void> {
    for (let at = 0; at < FIRST_REQUESTS; at++) await this.ask(`How do I open the lid of box number ${at}?`, "first");
    await this.writeFigures();
  }

  /** Sends a request to the Worker. The answer has not been read. */
  async open(body: object, user: string): Promise<Response> {
    const { meter } = this;
    meter.count({ workerRequests: 1, workerCpuMs: WORKER_CPU_MS });
    const request = new Request("https://refrain.test/v1/chat/completions", {
      method: "POST",
      headers: { "refrain-user": user, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return meter.asWorker(async () => worker.fetch(request, this.#env as Env, createExecutionContext()));
  }

  /** Sends a request, reads the answer and returns its `refrain-cache` header. */
  async ask(prompt: string, user: string, more: object = {}): Promise<string> {
    const response = await this.open({ model: "test-model", messages: [{ role: "user", content: prompt }], ...more }, user);
    await this.meter.asWorker(() => response.text());
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response.headers.get("refrain-cache") ?? "";
  }

  shard(index: number): DurableObjectStub<CacheShard> {
    return env.CACHE_SHARD.getByName(`${this.#prefix}${index}`);
  }

  limiter(user: string): DurableObjectStub<RateLimiter> {
    return env.RATE_LIMITER.getByName(this.#limiterName(user));
  }

  /** Makes every shard write its figures, by a last report of an isolate. The report itself is not counted. */
  async writeFigures(): Promise<void> {
    const { meter } = this;
    for (let shard = 0; shard < SHARDS; shard++) {
      const report = { tenant: "default", memoryHits: 0, bypasses: 0, tokensSaved: 0, hitLatency: [], missLatency: [] };
      await this.shard(shard).report(report);
      meter.count({ objectRequests: -1 });
    }
    await meter.settle();
  }

  /** Runs the alarm of every shard, whether it is due or not. The alarms themselves are not counted. */
  async sweep(): Promise<void> {
    for (let shard = 0; shard < SHARDS; shard++) await this.meter.ring({ binding: "CACHE_SHARD", name: `${this.#prefix}${shard}` });
    this.meter.count({ objectRequests: -SHARDS });
  }

  /** Forgets the alarms of all objects but the limiters of these users. */
  forgetOthers(users: readonly string[]): void {
    const kept = new Set(users.map((user) => this.#limiterName(user)));
    this.meter.keepAlarms((name) => kept.has(name));
  }

  #limiterName(user: string): string {
    return this.#prefix + userLimiterName("default", user);
  }

  /** Evicts the limiter of a user, as the platform does after ten idle seconds. */
  async evictLimiter(user: string): Promise<void> {
    await evictDurableObject(this.limiter(user));
  }
}
