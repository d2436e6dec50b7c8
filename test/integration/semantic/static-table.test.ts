import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { StaticTableLoader } from "../../../durable-objects/cache-shard/semantic/embedding/static-table-loader.ts";
import { staticTableBytes } from "../../../durable-objects/cache-shard/semantic/semantic-memory.ts";
import { STATIC_TABLE } from "../../../shared/domain/semantic/embedding/static-table-manifest.ts";
import { isolateLedger } from "../../../shared/memory/isolate-ledger.ts";

describe("an object that is reset while it loads the static table", () => {
  it("does not keep the other objects of its isolate from loading it", async () => {
    const loading = Promise.withResolvers<void>();
    const reset = runInDurableObject(env.CACHE_SHARD.getByName("shard-901"), async (_instance, state) => {
      const silent = {
        fetch: () => {
          loading.resolve();
          return new Promise<never>(() => undefined);
        },
      };
      const load = new StaticTableLoader(silent).load();
      state.abort("Durable Object reset because its code was updated.");
      await load;
    });
    await expect(reset).rejects.toThrow("reset");
    await loading.promise;
    const dims = await runInDurableObject(env.CACHE_SHARD.getByName("shard-902"), async () => {
      const table = await new StaticTableLoader(env.ASSETS).load();
      return table?.embed("How do I dry a tent?")?.length ?? null;
    });
    expect(dims).toBe(STATIC_TABLE.dims);
    const again = await runInDurableObject(
      env.CACHE_SHARD.getByName("shard-903"),
      async () => new StaticTableLoader(env.ASSETS).table !== null,
    );
    expect(again).toBe(true);
    const asset = await env.ASSETS.fetch(`https://assets.invalid/${STATIC_TABLE.file}`);
    expect(isolateLedger.usedBy("tables")).toBe(staticTableBytes((await asset.arrayBuffer()).byteLength));
  });
});
