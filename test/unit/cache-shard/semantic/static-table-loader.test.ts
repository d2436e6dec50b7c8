import { describe, expect, it, vi } from "vitest";
import { SharedTable, StaticTableLoader } from "../../../../durable-objects/cache-shard/semantic/embedding/static-table-loader.ts";
import { staticTableBytes } from "../../../../durable-objects/cache-shard/semantic/semantic-memory.ts";
import { STATIC_TABLE } from "../../../../shared/domain/semantic/embedding/static-table-manifest.ts";
import { IsolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import { FakeClock } from "../../../support/shard-fake-clock.ts";
import { settled } from "../../../support/shard-provider.ts";
import { shippedBytes } from "../../semantic/embedding/shipped-table.ts";

const BYTES = shippedBytes();

/** One isolate with several objects. `fetches` resolve when the test says so. */
function isolate(limitBytes = 64 * 1024 * 1024) {
  const shared = new SharedTable();
  const clock = new FakeClock();
  const ledger = new IsolateLedger(limitBytes);
  const fetches: PromiseWithResolvers<Response>[] = [];
  const fetch = vi.fn(() => {
    const response = Promise.withResolvers<Response>();
    fetches.push(response);
    return response.promise;
  });
  return {
    shared,
    clock,
    ledger,
    fetches,
    object: () => new StaticTableLoader({ fetch }, { shared, clock, ledger }),
    answer: (load: number, bytes: Uint8Array = BYTES) => fetches[load]?.resolve(new Response(bytes as Uint8Array<ArrayBuffer>)),
    /** Lets waiting objects look once more. */
    look: async () => {
      await settled();
      clock.advance(20);
      await settled();
    },
  };
}

describe("the static table of an isolate", () => {
  it("is loaded once for all objects, counted once, and embeds texts", async () => {
    const { object, answer, look, fetches, ledger, clock } = isolate();
    const objects = [object(), object(), object()];
    const loads = [...objects, ...objects].map((each) => each.load());
    answer(0);
    await look();
    const tables = await Promise.all(loads);
    expect([fetches.length, new Set(tables).size, ledger.usedBy("tables"), clock.pending]).toEqual([
      1,
      1,
      staticTableBytes(BYTES.byteLength),
      0,
    ]);
    expect(tables[0]?.embed("How do I dry a tent?")?.length).toBe(STATIC_TABLE.dims);
    expect(await object().load()).toBe(tables[0]);
    expect(fetches).toHaveLength(1);
  });

  it("is loaded by another object when the one that began is reset", async () => {
    const { object, answer, look, clock, fetches, ledger } = isolate();
    // The promise of an object that is reset never settles.
    void object().load();
    const waiting = object().load();
    clock.advance(900);
    await look();
    expect(fetches).toHaveLength(1);
    clock.advance(100);
    await look();
    answer(1);
    await settled();
    expect(await waiting).not.toBeNull();
    expect(ledger.usedBy("tables")).toBe(staticTableBytes(BYTES.byteLength));
  });

  it("is counted once when two objects have loaded it, whichever ends first", async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const { object, answer, look, clock, ledger, shared } = isolate();
      const slow = object().load();
      const impatient = object().load();
      clock.advance(1000);
      await look();
      for (const load of order) {
        answer(load);
        await settled();
      }
      expect(await slow).toBe(await impatient);
      expect([ledger.usedBy("tables"), shared.loading]).toEqual([staticTableBytes(BYTES.byteLength), null]);
    }
  });

  it("is tried again after a failure, by the objects that waited, too", async () => {
    const { object, answer, look, fetches, ledger } = isolate();
    const [first, second] = [object().load(), object().load()];
    fetches[0]?.reject(new Error("no asset"));
    expect(await first).toBeNull();
    await look();
    answer(1, BYTES.slice(1));
    expect(await second).toBeNull();
    const third = object().load();
    answer(2);
    expect(await third).not.toBeNull();
    expect(ledger.usedBy("tables")).toBe(staticTableBytes(BYTES.byteLength));
  });

  it("is not kept when the isolate has no memory for it", async () => {
    const { object, answer, ledger } = isolate(staticTableBytes(BYTES.byteLength) - 1);
    const load = object().load();
    answer(0);
    expect([await load, object().table, ledger.usedBytes]).toEqual([null, null, 0]);
  });
});
