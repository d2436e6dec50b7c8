import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_SLICE_BYTES } from "../../../../durable-objects/cache-shard/flights/flight-buffer.ts";
import { SUBSCRIBER_QUEUE_BYTES } from "../../../../durable-objects/cache-shard/flights/subscriber.ts";
import type { IsolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import { flightRig as rig, sipper } from "../../../support/flight-rig.ts";
import { settled } from "../../../support/shard-provider.ts";

const STALL_MS = 60_000;
const HEARTBEAT_MS = 10_000;
const ANSWERED = { kind: "answered", json: "{}", provider: "openai", createdMs: 0, expiresMs: 0, stored: true, tokens: 0 } as const;
const FAILED = { kind: "failed", error: { kind: "upstream_unreachable", provider: "openai" } } as const;

/** Memory of flights and their clients. What was unpacked for late clients may stay for others. */
function heldBytes(ledger: IsolateLedger): number {
  return ledger.usedBy("flights") + ledger.usedBy("answers");
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

describe("a flight's subscribers", () => {
  it("get everything from the first byte, however late they join, and the terminal event after the end", async () => {
    const { flight, append, join } = rig();
    const leader = join();
    append("a");
    const early = join();
    append("b");
    append("c");
    const late = join();
    flight.end(ANSWERED);
    expect(await Promise.all([leader, early, late].map(textOf))).toEqual(["abc[DONE]", "abc[DONE]", "abc[DONE]"]);
  });

  it("get the usage event only when they asked for it", async () => {
    const { flight, append, join } = rig();
    const [plain, asking] = [join(), join(true)];
    append("a");
    append("[USAGE]", true);
    append("b");
    flight.end(ANSWERED);
    expect(await textOf(plain)).toBe("ab[DONE]");
    expect(await textOf(asking)).toBe("a[USAGE]b[DONE]");
  });

  it("get an error event instead of the terminal one when the flight breaks after its first byte", async () => {
    const { flight, append, join } = rig();
    const stream = join();
    append("a");
    flight.end(FAILED);
    expect(await textOf(stream)).toBe("a[ERROR upstream_unreachable]");
  });

  it("read the same bytes in every order of writing, reading, joining and leaving, and all memory is released", async () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ act: fc.constant("write" as const), size: fc.integer({ min: 1, max: 9000 }), usage: fc.boolean() }),
      },
      { weight: 2, arbitrary: fc.record({ act: fc.constant("join" as const), usage: fc.boolean() }) },
      { weight: 4, arbitrary: fc.record({ act: fc.constant("read" as const), who: fc.nat(50) }) },
      { weight: 1, arbitrary: fc.record({ act: fc.constant("leave" as const), who: fc.nat(50) }) },
      { weight: 2, arbitrary: fc.record({ act: fc.constant("time" as const), ms: fc.nat(50) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.boolean(), fc.nat(40), async (steps, fails, crowd) => {
        const { flight, clock, ledger, append, join } = rig();
        const clients = Array.from({ length: crowd }, () => ({ usage: false, client: sipper(join()) }));
        const pending: Promise<void>[] = [];
        const left = new Set<number>();
        let [plain, full] = ["", ""];
        let letter = 0;
        for (const next of steps) {
          if (next.act === "write") {
            const text = String.fromCharCode(97 + (letter++ % 26)).repeat(next.size);
            append(text, next.usage);
            full += text;
            if (!next.usage) plain += text;
          } else if (next.act === "join") clients.push({ usage: next.usage, client: sipper(join(next.usage)) });
          else if (next.act === "time") clock.advance(next.ms);
          else if (clients.length > 0) {
            const who = next.who % clients.length;
            if (left.has(who)) continue;
            if (next.act === "read") pending.push(clients[who]?.client.sip() ?? Promise.resolve());
            else {
              left.add(who);
              await clients[who]?.client.leave();
            }
          }
        }
        const terminal = fails ? "[ERROR upstream_unreachable]" : "[DONE]";
        flight.end(fails ? FAILED : ANSWERED);
        await Promise.all(pending);
        for (const [who, { client, usage }] of clients.entries()) {
          if (left.has(who)) continue;
          while (!client.done) await client.sip();
          expect(client.taken === (usage ? full : plain) + terminal).toBe(true);
        }
        expect(heldBytes(ledger)).toBe(0);
        expect(flight.subscriberCount).toBe(0);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it("share the memory of the events that they read", () => {
    const { flight, append } = rig();
    append("a");
    append("b");
    expect(flight.buffer.slice(0, false).bytes.buffer).toBe(flight.buffer.slice(0, true).bytes.buffer);
  });

  it("get the events of one read together, as one piece each", async () => {
    const { flight, append, join } = rig();
    const client = sipper(join());
    append("first ");
    await client.sip();
    for (const event of ["second ", "third "]) flight.append(new TextEncoder().encode(event), false, "openai");
    flight.flush();
    await client.sip();
    expect(client.taken).toBe("first second third ");
    await client.leave();
  });

  it("get events in batches when there are many subscribers, but the first event at once", async () => {
    const { clock, append, join } = rig();
    const crowd = Array.from({ length: 40 }, () => sipper(join()));
    append("first ");
    await Promise.all(crowd.map(({ sip }) => sip()));
    expect(crowd.every(({ taken }) => taken === "first ")).toBe(true);
    const reads = crowd.map(({ sip }) => sip());
    append("second ");
    append("third ");
    clock.advance(20);
    await Promise.all(reads);
    expect(crowd.every(({ taken }) => taken === "first second third ")).toBe(true);
  });
});

describe("a slow subscriber", () => {
  it("holds no more than its queue and one slice, and does not delay the others", async () => {
    const { flight, append, join } = rig();
    const slow = join();
    const quick = sipper(join());
    const event = "x".repeat(1000);
    for (let count = 0; count < 1000; count++) {
      append(event);
      await quick.sip();
    }
    const reader = slow.getReader();
    const first = await reader.read();
    expect(first.value?.byteLength ?? 0).toBeLessThanOrEqual(MAX_SLICE_BYTES + event.length);
    expect(flight.buffer.end).toBe(1_000_000);
    expect(SUBSCRIBER_QUEUE_BYTES).toBeLessThanOrEqual(64 * 1024);
    await reader.cancel();
    await quick.leave();
  });

  it("that reads nothing for a minute while data is waiting is cut off with an error event", async () => {
    const { flight, clock, append, join } = rig();
    const stuck = join();
    for (let count = 0; count < 100; count++) append("x".repeat(2000));
    clock.advance(STALL_MS + HEARTBEAT_MS);
    expect(flight.subscriberCount).toBe(0);
    expect((await textOf(stuck)).replace(/^x+/, "")).toBe("[ERROR overloaded]");
  });

  it("that reads slowly but steadily can read to the end", async () => {
    const { flight, clock, ledger, append, join } = rig();
    const slow = sipper(join());
    for (let count = 0; count < 16; count++) append("x".repeat(MAX_SLICE_BYTES));
    flight.end(ANSWERED);
    for (let sips = 0; !slow.done && sips < 40; sips++) {
      clock.advance(STALL_MS / 2);
      await slow.sip();
    }
    expect(slow.taken.slice(-8)).toBe("xx[DONE]");
    expect(slow.taken.length).toBe(16 * MAX_SLICE_BYTES + "[DONE]".length);
    expect(heldBytes(ledger)).toBe(0);
  });
});

describe("heartbeats", () => {
  it("begin after the first byte and go only to subscribers with nothing else to read", async () => {
    const { flight, clock, append, join } = rig();
    const client = sipper(join());
    clock.advance(5 * HEARTBEAT_MS);
    append("a");
    await client.sip();
    expect(client.taken).toBe("a");
    clock.advance(HEARTBEAT_MS);
    await client.sip();
    expect(client.taken).toBe("a: beat\n\n");
    const late = join();
    clock.advance(HEARTBEAT_MS);
    flight.end(ANSWERED);
    expect(await textOf(late)).toMatch(/^a(: beat\n\n)?\[DONE\]$/);
    while (!client.done) await client.sip();
    expect(client.taken.replaceAll(": beat\n\n", "")).toBe("a[DONE]");
  });

  it("are at most 15 seconds apart and stop with the last subscriber", async () => {
    const { clock, append, join } = rig();
    const client = sipper(join());
    append("a");
    await client.sip();
    for (let beat = 1; beat <= 4; beat++) {
      clock.advance(15_000);
      await client.sip();
      expect(client.taken.split(": beat").length - 1).toBeGreaterThanOrEqual(beat);
    }
    await client.leave();
    clock.advance(HEARTBEAT_MS);
    expect(clock.pending).toBe(0);
  });
});

describe("a flight", () => {
  it("opens with its first event, ends once, and ignores events after its end", async () => {
    const { flight, append, ledger } = rig();
    flight.beginCall();
    expect(flight.state).toBe("calling");
    append("a");
    expect(await flight.opened).toEqual({ kind: "streaming", provider: "openai" });
    flight.end(ANSWERED);
    flight.end(FAILED);
    append("b");
    expect(await flight.ended).toBe(ANSWERED);
    expect(flight.joinable).toBe(false);
    expect(heldBytes(ledger)).toBe(0);
  });

  it("that ends before its first event opens with its end", async () => {
    const { flight } = rig();
    flight.end(FAILED);
    expect(await flight.opened).toBe(FAILED);
  });

  it("tells the leader alone of a failed call when it goes on for the followers", async () => {
    const { flight } = rig();
    flight.addFollower();
    expect(flight.hasSuccessor).toBe(true);
    flight.failLeader({ kind: "upstream_unreachable", provider: "openai" });
    expect((await flight.leaderFailure).kind).toBe("upstream_unreachable");
    expect(flight.hasSuccessor).toBe(false);
    expect(flight.state).toBe("deciding");
  });

  it("needs its call while a client waits, and if none ever did", async () => {
    const { flight, join } = rig();
    expect(flight.isAwaited).toBe(true);
    const stream = join();
    const leave = flight.addWaiter();
    await stream.cancel();
    expect(flight.isAwaited).toBe(true);
    leave();
    expect(flight.isAwaited).toBe(false);
    flight.addWaiter();
    expect(flight.isAwaited).toBe(true);
    await settled();
  });

  it("without `keep` is abandoned with its last client, whether it streams or waits for the complete answer", async () => {
    const { flight, join } = rig({ keep: false });
    let abandoned = 0;
    flight.onAbandoned(() => {
      abandoned += 1;
    });
    const leave = flight.addWaiter();
    await join().cancel();
    expect([abandoned, flight.isAwaited]).toEqual([0, true]);
    leave();
    leave();
    expect([abandoned, flight.isAwaited, flight.subscriberCount]).toEqual([1, false, 0]);
    await join().cancel();
    expect(abandoned).toBe(2);
    await settled();
  });

  it("with `keep` goes on when all subscribers have left", async () => {
    const { flight, append, join } = rig();
    let abandoned = 0;
    flight.onAbandoned(() => {
      abandoned += 1;
    });
    await join().cancel();
    append("a");
    expect(abandoned).toBe(0);
    expect(flight.joinable).toBe(true);
    const late = join();
    flight.end(ANSWERED);
    expect(await textOf(late)).toBe("a[DONE]");
  });
});
