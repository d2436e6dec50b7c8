/** The product's Worker with shards that fail on demand. The demands are requests to paths under `/test`. */
import { CacheShard as ProductShard, RateLimiter, Upstream } from "../../../durable-objects/index.ts";
import type { AnswerReply, AnswerRequest } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import { objectFailure } from "../../../shared/contracts/object-failure.ts";
import front from "../../../workers/front/index.ts";
import { isolateOf } from "../../../workers/front/isolate.ts";

export { RateLimiter, Upstream };

/** What a deployment does to an object that is busy. */
const RESET_MESSAGE = "Durable Object reset because its code was updated.";
const TOO_LARGE = 17 * 1024 * 1024;

/** How every shard fails. Local objects share the isolate of the Worker, and so this variable. */
let fault: "none" | "reset" | "bug" | "storage" = "none";

export class CacheShard extends ProductShard {
  override async answer(request: AnswerRequest): Promise<AnswerReply> {
    switch (fault) {
      case "none":
        return super.answer(request);
      case "reset":
        await this.resetNow();
        return new Promise(() => undefined);
      case "bug":
        throw new TypeError("Cannot read properties of undefined");
      case "storage":
        throw new Error("database or disk is full: SQLITE_FULL");
    }
  }

  async resetNow(): Promise<void> {
    this.ctx.abort(RESET_MESSAGE);
  }

  async takeText(text: string): Promise<number> {
    return text.length;
  }

  async giveText(length: number): Promise<string> {
    return "ж".repeat(length);
  }

  async throwBug(): Promise<void> {
    throw new RangeError("out of range");
  }

  async runOutOfDisk(): Promise<void> {
    throw new Error("database or disk is full: SQLITE_FULL");
  }
}

function shardOf(env: Env, name: string): DurableObjectStub<CacheShard> {
  return (env.CACHE_SHARD as unknown as DurableObjectNamespace<CacheShard>).getByName(name); // the class of this module
}

/** How the product classifies errors that the runtime has thrown for real. */
async function classified(env: Env): Promise<Record<string, string>> {
  const shard = (): DurableObjectStub<CacheShard> => shardOf(env, "shard-classified");
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    reset: () => shard().resetNow(),
    "a method that is not there": () => (shard() as unknown as { missing(): Promise<void> }).missing(),
    "an exception of the object": () => shard().throwBug(),
    "an exception of its storage": () => shard().runOutOfDisk(),
    "an argument that is too large": () => shard().takeText("ж".repeat(TOO_LARGE)),
    "a result that is too large": () => shard().giveText(TOO_LARGE),
    "an argument that cannot be sent": () => shard().takeText(new WeakMap() as unknown as string),
  };
  const found: Record<string, string> = {};
  for (const [name, call] of Object.entries(calls)) {
    try {
      await call();
    } catch (error) {
      const { kind, mayRepeat, remote } = objectFailure(error);
      found[name] = [kind, ...(mayRepeat ? ["may repeat"] : []), ...(remote ? ["remote"] : [])].join(", ");
    }
  }
  return found;
}

async function handle(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const [, first, what = "", value = ""] = new URL(request.url).pathname.split("/");
  if (first !== "test") return front.fetch(request, env, ctx);
  switch (what) {
    case "fault":
      fault = value as typeof fault;
      return Response.json(fault);
    case "reset":
      await shardOf(env, `shard-${value}`)
        .resetNow()
        .catch(() => undefined);
      return Response.json("reset");
    case "bypasses":
      return Response.json(isolateOf(env)?.bypasses.taken(Date.now()) ?? null);
    case "classified":
      return Response.json(await classified(env));
    default:
      return new Response(null, { status: 404 });
  }
}

export default { fetch: handle } satisfies ExportedHandler<Env>;
