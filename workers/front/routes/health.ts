import type { RequestContext } from "../context.ts";
import { jsonAnswer } from "../json-answer.ts";
import { shardStub } from "../shards.ts";

/** One round of checks serves everybody who asks within this time: the route is open to anyone. */
const CHECK_EVERY_MS = 5000;
const CHECK_DEADLINE_MS = 2000;

interface TierState {
  readonly state: "ok" | "failing";
  readonly lastError: string | null;
}

interface Health {
  readonly status: "ok" | "degraded";
  readonly version: string;
  readonly tiers: {
    readonly memory: TierState;
    readonly shards: TierState;
    readonly kv: TierState;
    readonly limiter: TierState;
    readonly providers: Readonly<Record<string, { readonly state: "configured" | "embedded" }>>;
  };
}

let last: { readonly atMs: number; readonly health: Health } | null = null;

/** GET /health: whether each tier answers. 200 also when degraded: requests are still answered then. */
export async function health(_request: Request, context: RequestContext): Promise<Response> {
  if (last === null || Math.abs(context.startedMs - last.atMs) >= CHECK_EVERY_MS)
    last = { atMs: context.startedMs, health: await check(context) };
  return jsonAnswer(last.health, context);
}

async function check(context: RequestContext): Promise<Health> {
  const { env, isolate } = context;
  const limiter = env.RATE_LIMITER.getByName("health");
  const [shards, kv, limiterState] = await Promise.all([
    probe(shardStub(env, 0).summary()),
    probe(env.SPILL.get("health")),
    probe(limiter.status()),
  ]);
  const providers = Object.fromEntries(
    isolate.config.providers.configured.map((provider) => [
      provider.name,
      { state: provider.embedded ? ("embedded" as const) : ("configured" as const) },
    ]),
  );
  const tiers = { memory: { state: "ok", lastError: null }, shards, kv, limiter: limiterState, providers } as const;
  const ok = [shards, kv, limiterState].every((tier) => tier.state === "ok");
  return { status: ok ? "ok" : "degraded", version: isolate.config.version, tiers };
}

/** What went wrong is said in one word: the route is public. */
async function probe(work: Promise<unknown>): Promise<TierState> {
  const { promise: deadline, resolve } = Promise.withResolvers<"timeout">();
  const timer = setTimeout(() => resolve("timeout"), CHECK_DEADLINE_MS);
  try {
    const outcome = await Promise.race([work.then(() => "answered" as const), deadline]);
    return outcome === "answered" ? { state: "ok", lastError: null } : { state: "failing", lastError: "timeout" };
  } catch {
    return { state: "failing", lastError: "unreachable" };
  } finally {
    clearTimeout(timer);
  }
}
