import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STREAM_BYTES } from "../../../../durable-objects/cache-shard/flights/audience.ts";
import { IsolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import type { FlightRig } from "../../../support/flight-rig.ts";
import { flightRig, sipper } from "../../../support/flight-rig.ts";
import { settled } from "../../../support/shard-provider.ts";

const KIB = 1024;
const STALL_MS = 60_000;
const HEARTBEAT_MS = 10_000;
const ANSWERED = { kind: "answered", json: "{}", provider: "openai", createdMs: 0, expiresMs: 0, stored: true, tokens: 0 } as const;
/** Events that deflate cannot shorten much. */
const NOISE = Array.from({ length: 1000 }, (_, index) => Math.sin(index).toString(36)).join("");

function eventOf(index: number, size: number): string {
  return `${index} ${NOISE.slice(index % 500, (index % 500) + size)}\n\n`;
}

/** Writes events like a provider that waits when the flight asks it to. Resolves to what was written. */
async function provide({ flight, append }: FlightRig, events: number, size: number): Promise<string> {
  let written = "";
  for (let index = 0; index < events; index++) {
    append(eventOf(index, size));
    written += eventOf(index, size);
    await flight.drained();
  }
  return written;
}

describe("a flight without memory for its events", () => {
  it("streams on whole, and can be neither joined nor stored", async () => {
    const rig = flightRig({ limitBytes: STREAM_BYTES + 20 * KIB });
    const { flight, join } = rig;
    let unbuffered = 0;
    flight.onUnbuffered(() => {
      unbuffered += 1;
    });
    const client = sipper(join());
    expect([flight.joinable, flight.buffered]).toEqual([true, true]);
    const providing = provide(rig, 200, 1000).then((written) => {
      flight.end(ANSWERED);
      return written;
    });
    while (!client.done) await client.sip();
    expect(client.taken).toBe(`${await providing}[DONE]`);
    expect([flight.joinable, flight.buffered, unbuffered]).toEqual([false, false, 1]);
  });

  it("holds little more than its slowest client has not read, and waits for it", async () => {
    const rig = flightRig({ limitBytes: 2 * STREAM_BYTES + 10 * KIB });
    const { flight, ledger, join } = rig;
    const [quick, slow] = [sipper(join()), sipper(join())];
    let written = 0;
    const providing = (async () => {
      for (let index = 0; index < 300; index++) {
        rig.append(eventOf(index, 1000));
        written += 1;
        expect(ledger.usedBy("flights")).toBeLessThan(60 * KIB);
        await flight.drained();
      }
      flight.end(ANSWERED);
    })();
    void (async () => {
      while (!quick.done) await quick.sip();
    })();
    await settled();
    expect(written).toBeLessThan(60);
    while (!slow.done) await slow.sip();
    await providing;
    await settled();
    expect(quick.taken).toBe(slow.taken);
    expect(slow.taken.endsWith("[DONE]")).toBe(true);
  });

  it("goes on when the client that it waits for leaves, or is cut off after a minute", async () => {
    for (const ending of ["leaves", "stalls"] as const) {
      const rig = flightRig({ limitBytes: 2 * STREAM_BYTES + 10 * KIB });
      const { flight, clock, join } = rig;
      const quick = sipper(join());
      const stuck = sipper(join());
      const reading = (async () => {
        while (!quick.done) await quick.sip();
      })();
      const providing = provide(rig, 100, 1000);
      await settled();
      if (ending === "leaves") await stuck.leave();
      else clock.advance(STALL_MS + 2 * HEARTBEAT_MS);
      const written = await providing;
      flight.end(ANSWERED);
      await reading;
      expect(quick.taken.replaceAll(": beat\n\n", "")).toBe(`${written}[DONE]`);
    }
  });

  it("is given up when no client is left, because it cannot be stored", async () => {
    const rig = flightRig({ limitBytes: STREAM_BYTES + 10 * KIB });
    const { flight, join } = rig;
    let abandoned = 0;
    flight.onAbandoned(() => {
      abandoned += 1;
    });
    const client = sipper(join());
    void provide(rig, 100, 1000);
    await settled();
    expect([abandoned, flight.wanted]).toEqual([0, true]);
    await client.leave();
    expect([abandoned, flight.wanted]).toEqual([1, false]);
  });

  it("is given up at once when it has no client", () => {
    const { flight, append, ledger } = flightRig({ limitBytes: 10 * KIB });
    let abandoned = 0;
    flight.onAbandoned(() => {
      abandoned += 1;
    });
    for (let index = 0; index < 20; index++) append(eventOf(index, 1000));
    expect(abandoned).toBe(1);
    expect(ledger.usedBy("flights")).toBe(0);
  });

  it("is completed for a client that waits for the whole answer", async () => {
    const rig = flightRig({ limitBytes: 10 * KIB });
    const leave = rig.flight.addWaiter();
    await provide(rig, 100, 1000);
    expect([rig.flight.wanted, rig.flight.buffered, rig.ledger.usedBy("flights")]).toEqual([true, false, 0]);
    rig.flight.end(ANSWERED);
    expect(await rig.flight.ended).toBe(ANSWERED);
    leave();
  });
});

describe("a flight over its size limit", () => {
  it("streams on whole, holds only what its clients need, and cannot be joined", async () => {
    const rig = flightRig({ maxBytes: 10_000 });
    const client = sipper(rig.join());
    const reading = (async () => {
      while (!client.done) await client.sip();
    })();
    const written = await provide(rig, 100, 1000);
    expect([rig.flight.buffered, rig.flight.joinable]).toEqual([false, false]);
    expect(rig.flight.buffer.bytes).toBeLessThan(20_000);
    rig.flight.end(ANSWERED);
    await reading;
    expect(client.taken).toBe(`${written}[DONE]`);
  });
});

describe("the clients of a flight", () => {
  it("are admitted as long as there is memory for them, and give it back", async () => {
    const { flight, ledger } = flightRig({ limitBytes: Math.ceil((3 * STREAM_BYTES) / 0.875) });
    const streams = [flight.subscribe(false), flight.subscribe(false), flight.subscribe(false)];
    expect(streams.every((stream) => stream !== null)).toBe(true);
    expect(flight.subscribe(false)).toBeNull();
    await streams[0]?.cancel();
    const again = flight.subscribe(false);
    expect(again).not.toBeNull();
    for (const stream of [...streams.slice(1), again]) await stream?.cancel();
    expect(ledger.usedBytes).toBe(0);
  });

  it("get every byte at any pace, whatever memory there is, and all of it is released", async () => {
    const plan = fc.record({
      limitKib: fc.integer({ min: 70, max: 400 }),
      events: fc.integer({ min: 1, max: 60 }),
      size: fc.integer({ min: 1, max: 3000 }),
      paces: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ limitKib, events, size, paces }) => {
        const rig = flightRig({ limitBytes: limitKib * KIB });
        const clients = paces.map((pace) => ({ pace, client: sipper(rig.join()) }));
        // Each client reads at its own pace: a flight without memory waits for the slowest one.
        const reading = clients.map(async ({ pace, client }) => {
          while (!client.done) {
            for (let turn = 0; turn < pace; turn++) await settled();
            await client.sip();
          }
        });
        const providing = provide(rig, events, Math.min(size, 900)).then((written) => {
          rig.flight.end(ANSWERED);
          return written;
        });
        await Promise.all(reading);
        const written = await providing;
        for (const { client } of clients) expect(client.taken).toBe(`${written}[DONE]`);
        expect(rig.ledger.usedBy("flights") + rig.ledger.usedBy("answers")).toBe(0);
        expect(rig.clock.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe("the answer that a flight assembles", () => {
  it("is in the ledger until the last client has read it", async () => {
    const { flight, ledger, join } = flightRig();
    const client = sipper(join());
    flight.hold(5000);
    expect(ledger.usedBy("answers")).toBe(STREAM_BYTES + 5000);
    flight.end(ANSWERED);
    while (!client.done) await client.sip();
    expect(ledger.usedBytes).toBe(0);
  });
});

describe("a hundred long streams at the same time", () => {
  it("all end whole and can be stored, in less than half the memory of their events", async () => {
    const EVENTS = 1500;
    const ledger = new IsolateLedger(24 * KIB * KIB);
    const event = (stream: number, index: number): string =>
      `data: {"id":"chatcmpl-${stream}","model":"m","obfuscation":"${"x".repeat(240)}","choices":[{"delta":{"content":"t${index} "}}]}\n\n`;
    const rigs = Array.from({ length: 100 }, () => flightRig({ ledger }));
    const clients = rigs.map((rig) => sipper(rig.join()));
    const reading = clients.map(async (client) => {
      while (!client.done) await client.sip();
    });
    for (let index = 0; index < EVENTS; index += 30) {
      for (const [stream, { append }] of rigs.entries()) {
        append(Array.from({ length: 30 }, (_, at) => event(stream, index + at)).join(""));
      }
      await settled();
    }
    expect(rigs.every(({ flight }) => flight.buffered)).toBe(true);
    for (const { flight } of rigs) flight.end(ANSWERED);
    await Promise.all(reading);
    for (const [stream, client] of clients.entries()) {
      expect(client.taken).toBe(`${Array.from({ length: EVENTS }, (_, index) => event(stream, index)).join("")}[DONE]`);
    }
    expect(ledger.usedBy("flights") + ledger.usedBy("answers")).toBe(0);
  });
});
