import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { callProvider } from "../../../shared/providers/call/provider-call.ts";
import type { Upstream } from "../../../durable-objects/upstream/upstream.ts";
import type { UpstreamCall } from "../../../shared/contracts/upstream-api.ts";

const PROVIDER = { name: "openai", baseUrl: "http://upstream.test/v1", apiKey: "sk-secret", defaultModel: "m", embedded: false };
const CALL: UpstreamCall = { provider: "openai", model: "m", body: '{"model":"m"}', stream: true, firstByteTimeoutMs: 5000 };

afterEach(() => vi.useRealTimers());

describe("a call to a provider", () => {
  it("goes to the provider's base URL with its key, requests a stream and follows no redirect", async () => {
    const seen: { url: string; init: RequestInit; body: string }[] = [];
    const reply = await callProvider(PROVIDER, CALL, async (url, init) => {
      seen.push({ url, init, body: typeof init.body === "string" ? init.body : "" });
      return new Response("body", { status: 418, headers: { "content-type": "text/plain", "retry-after": "3", "set-cookie": "a=b" } });
    });
    expect(reply).toMatchObject({ kind: "response", status: 418, contentType: "text/plain", retryAfter: "3" });
    expect(Object.keys(reply).toSorted()).toEqual(["body", "contentType", "kind", "retryAfter", "status"]);
    expect(seen[0]?.url).toBe("http://upstream.test/v1/chat/completions");
    expect(seen[0]?.init).toMatchObject({ method: "POST", redirect: "manual", headers: { authorization: "Bearer sk-secret" } });
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({ model: "m", stream: true, stream_options: { include_usage: true } });
  });

  it("does not request a stream when streaming is off", async () => {
    let body = "";
    await callProvider({ ...PROVIDER, apiKey: null }, { ...CALL, stream: false }, async (_url, init) => {
      body = typeof init.body === "string" ? init.body : "";
      expect(init.headers).not.toHaveProperty("authorization");
      return new Response("{}");
    });
    expect(JSON.parse(body)).toEqual({ model: "m" });
  });

  it("that fails is reported as unreachable", async () => {
    expect(await callProvider(PROVIDER, CALL, () => Promise.reject(new Error("ECONNREFUSED sk-secret")))).toEqual({ kind: "unreachable" });
  });

  it("is aborted if the response headers do not arrive in time", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let aborted = false;
    const reply = callProvider(
      PROVIDER,
      CALL,
      (_url, init) =>
        new Promise((_resolve, reject) => {
          init.signal?.addEventListener("abort", () => {
            aborted = true;
            reject(new Error("aborted"));
          });
        }),
    );
    vi.advanceTimersByTime(CALL.firstByteTimeoutMs);
    expect(await reply).toEqual({ kind: "timeout" });
    expect(aborted).toBe(true);
  });

  it("is not aborted after the headers have arrived, however long the body takes", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let signal: AbortSignal | null = null;
    await callProvider(PROVIDER, CALL, async (_url, init) => {
      signal = init.signal ?? null;
      return new Response("x");
    });
    vi.advanceTimersByTime(1_000_000);
    expect((signal as AbortSignal | null)?.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe.each([
  { twin: "without eviction", between: async () => {} },
  { twin: "evicted between calls", between: (upstream: DurableObjectStub<Upstream>) => evictDurableObject(upstream) },
])("the upstream object, $twin", ({ between }) => {
  const upstream = (): DurableObjectStub<Upstream> => env.UPSTREAM.getByName("upstream-0-0");
  const demoCall: UpstreamCall = {
    ...CALL,
    provider: "demo",
    body: JSON.stringify({ model: "demo", max_tokens: 2, messages: [{ role: "user", content: "hi" }] }),
  };

  it("streams a provider's answer back", async () => {
    for (let time = 0; time < 2; time++) {
      const reply = await upstream().call(demoCall);
      if (reply.kind !== "response") throw new Error(reply.kind);
      expect(await new Response(reply.body).text()).toMatch(/data: \[DONE\]\n\n$/);
      await between(upstream());
    }
  });

  it("reports a provider that is not configured as unreachable", async () => {
    expect(await upstream().call({ ...CALL, provider: "nobody" })).toEqual({ kind: "unreachable" });
    await between(upstream());
    expect(await upstream().call({ ...CALL, provider: "openai" })).toEqual({ kind: "unreachable" });
  });
});
