import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { LargeForms } from "../../../../durable-objects/cache-shard/answering/large-forms.ts";
import type { NoForm, ReplyForm } from "../../../../durable-objects/cache-shard/answering/reply-forms.ts";
import { MAX_WHOLE_BYTES, ReplyForms, terminalOf } from "../../../../durable-objects/cache-shard/answering/reply-forms.ts";
import { ReplyStreams } from "../../../../durable-objects/cache-shard/answering/reply-streams.ts";
import { encodeBody } from "../../../../durable-objects/cache-shard/entries/body-codec.ts";
import type { Entry } from "../../../../durable-objects/cache-shard/entries/entry.ts";
import type { ResidentEntry } from "../../../../durable-objects/cache-shard/entries/ram-front.ts";
import { RamFront } from "../../../../durable-objects/cache-shard/entries/ram-front.ts";
import { STREAM_BYTES } from "../../../../durable-objects/cache-shard/flights/audience.ts";
import { PIECE_BYTES } from "../../../../shared/memory/byte-stream.ts";
import { IsolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import { SSE_DONE, sseEvent } from "../../../../shared/wire/chat/sse-writer.ts";
import { FakeClock } from "../../../support/shard-fake-clock.ts";
import { readAll } from "../../../support/shard-provider.ts";

const MIB = 1024 * 1024;
const KIB = 1024;
const STALL_MS = 60_000;
const CHECK_MS = 10_000;
const JSON_REQUEST = { stream: false, includeUsage: false, acceptsStreamedJson: true };
const SSE_REQUEST = { stream: true, includeUsage: true };
const encoder = new TextEncoder();

interface Rig {
  readonly ledger: IsolateLedger;
  readonly clock: FakeClock;
  readonly front: RamFront;
  readonly forms: ReplyForms;
  /** Forms that clients read now. */
  readonly inUse: () => number;
}

function rig(limitBytes = 64 * MIB, maxIdleBytes = 16 * MIB): Rig {
  const ledger = new IsolateLedger(limitBytes);
  const clock = new FakeClock();
  const answers = ledger.open("answers", "shard-0");
  const front = new RamFront(ledger, "shard-0", 16 * MIB);
  const large = new LargeForms({ ledger, owner: "shard-0", answers, maxIdleBytes });
  return { ledger, clock, front, forms: new ReplyForms(front, large, new ReplyStreams(clock, answers)), inUse: () => large.inUse };
}

/** Text that deflate cannot shorten much. */
function noise(bytes: number): string {
  return randomBytes(bytes).toString("hex").slice(0, bytes);
}

function stored(json: string, events = json, usageEvent = "u"): ResidentEntry {
  const entry = { key: "k", scope: "s", tenant: "t", tags: [], sequence: 1, createdMs: 1 } as unknown as Entry; // only what is read
  return { entry, body: { json: encodeBody(encoder.encode(json)), events: encodeBody(encoder.encode(events)), usageEvent }, json: null };
}

function streamOf(form: ReplyForm | NoForm): ReadableStream<Uint8Array> {
  if (typeof form === "string" || form.kind !== "stream") throw new Error("The form is not a stream.");
  return form.stream;
}

function terminal(usage: string, includeUsage: boolean): string {
  return new TextDecoder().decode(terminalOf(usage, includeUsage));
}

describe("the end of a replayed answer", () => {
  it("contains the usage event if it is requested and available, and the terminal event", () => {
    expect(terminal("", true)).toBe(SSE_DONE);
    expect(terminal("u", true)).toBe(`${sseEvent("u")}${SSE_DONE}`);
    expect(terminal("u", false)).toBe(SSE_DONE);
    expect(terminal("", false)).toBe(SSE_DONE);
  });
});

describe("a stored answer", () => {
  it("is sent as a whole up to 64 KiB, and streamed above, with its length", async () => {
    const { forms } = rig();
    const [short, long] = [noise(MAX_WHOLE_BYTES), noise(MAX_WHOLE_BYTES + 1)];
    expect(forms.ofEntry(JSON_REQUEST, stored(short))).toEqual({ kind: "whole", json: short, sse: null });
    expect(forms.ofEntry(SSE_REQUEST, stored(short))).toMatchObject({ kind: "whole", json: "" });
    const json = forms.ofEntry(JSON_REQUEST, stored(long));
    expect(json).toMatchObject({ kind: "stream", bytes: long.length });
    expect(await readAll(streamOf(json))).toBe(long);
    const events = forms.ofEntry(SSE_REQUEST, stored("{}", long));
    expect(await readAll(streamOf(events))).toBe(`${long}${sseEvent("u")}${SSE_DONE}`);
  });

  it("is sent as a whole to a Worker that does not know streamed JSON", () => {
    const { forms, front } = rig();
    const text = noise(MAX_WHOLE_BYTES + 1);
    const resident = stored(text);
    front.put(resident.entry, resident.body, null);
    expect(forms.ofEntry({ stream: false, includeUsage: false }, resident)).toEqual({ kind: "whole", json: text, sse: null });
    expect(front.get("k")?.json).toBeNull();
  });

  it("takes one copy of its text and little more for six hundred clients, slow ones included", async () => {
    const { ledger, forms, inUse } = rig();
    const text = noise(3_500_000);
    const resident = stored(text);
    const readers = Array.from({ length: 600 }, () => streamOf(forms.ofEntry(JSON_REQUEST, resident)).getReader());
    expect(ledger.usedBytes).toBeLessThan(text.length + 600 * STREAM_BYTES + 100 * KIB);
    expect(inUse()).toBe(1);
    const read = await Promise.all(
      readers.map(async (reader, index) => {
        let bytes = 0;
        for (let next = await reader.read(); !next.done; next = await reader.read()) {
          expect(next.value.byteLength).toBeLessThanOrEqual(PIECE_BYTES);
          bytes += next.value.byteLength;
          // A tenth of the clients leave in the middle.
          if (index % 10 === 0 && bytes > text.length / 2) await reader.cancel();
        }
        return bytes;
      }),
    );
    expect(read.filter((bytes) => bytes === text.length)).toHaveLength(540);
    expect([inUse(), ledger.usedBy("answers")]).toEqual([0, 0]);
    // It is kept for the next client, and dropped when something else needs the memory.
    expect(ledger.usedBy("ram_front")).toBeGreaterThan(text.length);
    expect(ledger.open("tables", "hog").reserve(63 * MIB)).toBe(true);
    expect(ledger.usedBy("ram_front")).toBe(0);
  });

  it("is read to its end by the clients that have begun when its entry is purged or evicted", async () => {
    const { forms, front } = rig();
    const text = noise(200_000);
    const resident = stored(text);
    front.put(resident.entry, resident.body, null);
    const reading = streamOf(forms.ofEntry(JSON_REQUEST, resident));
    front.clear();
    expect(await readAll(reading)).toBe(text);
  });

  it("is refused when there is no memory for it or for the client's stream, and holds nothing then", () => {
    const text = noise(200_000);
    for (const limitBytes of [100 * KIB, 200 * KIB]) {
      const { ledger, forms, inUse } = rig(limitBytes, 0);
      expect(forms.ofEntry(JSON_REQUEST, stored(text))).toBe("no_memory");
      expect([inUse(), ledger.usedBytes]).toEqual([0, 0]);
    }
  });

  it("is called damaged when it cannot be decoded", () => {
    const resident = stored("{}");
    const damaged = { ...resident, body: { ...resident.body, json: Uint8Array.of(9, 9) } };
    expect(rig().forms.ofEntry(JSON_REQUEST, damaged)).toBe("damaged");
  });

  it("is cut off for a client that reads nothing for a minute, and not for one that reads slowly", async () => {
    const { forms, clock, ledger, inUse } = rig(64 * MIB, 0);
    const resident = stored(noise(300_000));
    const [stuck, slow] = [0, 1].map(() => streamOf(forms.ofEntry(JSON_REQUEST, resident)).getReader());
    for (let waited = 0; waited <= STALL_MS + CHECK_MS; waited += CHECK_MS) {
      await slow?.read();
      clock.advance(CHECK_MS);
    }
    await expect(stuck?.read()).rejects.toThrow("reads nothing");
    expect((await slow?.read())?.done).toBe(false);
    expect(inUse()).toBe(1);
    await slow?.cancel();
    expect([inUse(), ledger.usedBytes, clock.pending]).toEqual([0, 0, 0]);
  });
});

describe("the answer of a flight", () => {
  it("is streamed to all that waited for it from one copy, without being refused, and dropped afterwards", async () => {
    const { forms, ledger, inUse } = rig(50 * KIB);
    const answer = { kind: "answered", json: noise(300_000), provider: "p", createdMs: 1, expiresMs: 2, stored: true, tokens: 0 } as const;
    const streams = Array.from({ length: 20 }, () => streamOf(forms.ofFlight(JSON_REQUEST, answer)));
    expect(inUse()).toBe(1);
    expect(ledger.usedBytes).toBeLessThan(answer.json.length + 20 * STREAM_BYTES + KIB);
    for (const stream of streams) expect(await readAll(stream)).toBe(answer.json);
    expect([inUse(), ledger.usedBytes]).toEqual([0, 0]);
  });
});
