/** The Worker that holders.ts measures. It fills one holder of memory per request and keeps it. */
import { LargeForms } from "../../../durable-objects/cache-shard/answering/large-forms.ts";
import { requestBytes } from "../../../durable-objects/cache-shard/answering/request-memory.ts";
import { encodeBody } from "../../../durable-objects/cache-shard/entries/body-codec.ts";
import type { Entry } from "../../../durable-objects/cache-shard/entries/entry.ts";
import { RamFront } from "../../../durable-objects/cache-shard/entries/ram-front.ts";
import { FlightBuffer } from "../../../durable-objects/cache-shard/flights/flight-buffer.ts";
import { KeyTimes } from "../../../durable-objects/cache-shard/flights/key-times.ts";
import { cachingEmbedder } from "../../../durable-objects/cache-shard/semantic/embedding/embedding-cache.ts";
import { ReadingCache } from "../../../durable-objects/cache-shard/semantic/candidates/reading-cache.ts";
import { ENGLISH_BYTES, staticTableBytes } from "../../../durable-objects/cache-shard/semantic/semantic-memory.ts";
import type { AnswerRequest } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import { StaticEmbedder } from "../../../shared/domain/semantic/embedding/static-embedder.ts";
import { parseStaticTable } from "../../../shared/domain/semantic/embedding/static-table.ts";
import { english } from "../../../shared/domain/semantic/english/english.ts";
import { FlatIndex } from "../../../shared/domain/semantic/index/flat-index.ts";
import { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { LedgerMap } from "../../../shared/memory/ledger-map.ts";
import { ChatAssembler } from "../../../shared/wire/chat/chat-assembler.ts";
import { AnswerMemory } from "../../../workers/front/memory/answer-memory.ts";
import { PlanMemory } from "../../../workers/front/memory/plan-memory.ts";
import { syntheticVector } from "../index.bench-data.ts";

const ROOMY_BYTES = 1024 * 1024 * 1024;
const META = {
  outcome: "HIT",
  provider: "openai",
  createdMs: 1,
  expiresMs: 1e15,
  stored: true,
  forwarded: null,
  collapsed: false,
  tokens: 12,
  similarity: null,
  explanation: null,
} as const;

const held: unknown[] = [];
const encoder = new TextEncoder();
const ledger = new IsolateLedger(ROOMY_BYTES);
let table: Uint8Array | null = null;

/** A new string for each call: copies of one string would share its characters. */
function text(length: number, serial: number, letter = "a"): string {
  return JSON.parse(JSON.stringify(`${serial} ${letter.repeat(length)}`)) as string;
}

function digest(serial: number): string {
  return serial.toString(16).padStart(64, "0").split("").join("");
}

function times<Value>(count: number, make: (serial: number) => Value): Value[] {
  return Array.from({ length: count }, (_, serial) => make(serial));
}

function event(serial: number, content: string): string {
  const chunk = { id: "chatcmpl-1", created: 1_790_000_000, model: "m", obfuscation: "x".repeat(180), choices: [{ delta: { content } }] };
  return `data: ${JSON.stringify({ ...chunk, serial })}\n\n`;
}

function answers(count: number, json: (serial: number) => string, sse: (serial: number) => Uint8Array | null): number {
  const memory = new AnswerMemory(ledger, ROOMY_BYTES, 1e9);
  for (let serial = 0; serial < count; serial++) {
    const whole = { kind: "whole", json: json(serial), sse: sse(serial), ...META, entryKey: digest(serial) } as const;
    memory.put(digest(serial), "json", whole, memory.generation, 1);
  }
  held.push(memory);
  return memory.bytes;
}

function front(count: number, content: (serial: number) => string, decoded: boolean): number {
  const residents = new RamFront(ledger, `front-${held.length}`, ROOMY_BYTES);
  for (let serial = 0; serial < count; serial++) {
    const json = content(serial);
    const body = { json: encodeBody(encoder.encode(json)), events: encodeBody(encoder.encode(event(serial, json))), usageEvent: "" };
    const resident = residents.put(entry(serial), body, null);
    if (decoded) residents.keepJson(resident, text(json.length, serial));
  }
  held.push(residents);
  return residents.bytes;
}

function entry(serial: number): Entry {
  return {
    key: digest(serial),
    scope: digest(1e6 + serial),
    tenant: "tenant",
    model: "m",
    answeredModel: "m",
    provider: "openai",
    tags: [],
    createdMs: Date.now() + serial,
    expiresMs: 1e13 + serial,
    ttiMs: null,
    lastUsedMs: 1e12 + serial,
    hits: serial,
    sequence: 1,
    bytes: 1000 + serial,
    inputTokens: 1,
    outputTokens: 2,
    worthUsd: 0.001 * serial,
    spilled: null,
  };
}

function flights(count: number, events: number): number {
  const buffers = ledger.open("flights", `flights-${held.length}`);
  const unpacked = new LedgerMap<Uint8Array>({ ledger, kind: "hints", owner: "b", maxBytes: 1, bytesOf: () => 2 });
  const all = times(count, () => new FlightBuffer({ buffers, unpacked }));
  for (let serial = 0; serial < events; serial++) for (const buffer of all) buffer.append(event(serial, `t${serial} `), false, false);
  held.push(all);
  return buffers.bytes;
}

function assembled(count: number, events: number, word: string): number {
  const all = times(count, () => new ChatAssembler());
  for (let serial = 0; serial < events; serial++) {
    for (const assembler of all) assembler.add({ choices: [{ index: 0, delta: { content: text(word.length, serial % 10, word[0]) } }] });
  }
  held.push(all);
  return all.reduce((sum, { bytes }) => sum + bytes, 0);
}

function forms(inUse: boolean): number {
  const accounts = ledger.open("answers", `forms-${held.length}`);
  const large = new LargeForms({ ledger, owner: `forms-${held.length}`, answers: accounts, maxIdleBytes: ROOMY_BYTES });
  const before = ledger.usedBytes;
  const releases = times(40, (serial) => large.hold(digest(serial), new Uint8Array(200_000), false));
  if (!inUse) for (const release of releases) release?.();
  held.push(large, releases);
  return ledger.usedBytes - before;
}

function readings(): number {
  const before = ledger.usedBy("hints");
  const cache = new ReadingCache(ledger);
  const table = embedder();
  const words = "how do i change the delivery address of an order that has been shipped to another country already".split(" ");
  for (let serial = 0; serial < 300; serial++) {
    const question = `${words.slice(0, 6 + (serial % words.length)).join(" ")} number ${serial}?`;
    cache.compare(question, `${question} please`, table);
  }
  held.push(cache);
  return ledger.usedBy("hints") - before;
}

let loaded: StaticEmbedder | undefined;

function embedder(): StaticEmbedder {
  if (loaded === undefined) {
    const parsed = table === null ? null : parseStaticTable(table);
    if (parsed?.ok !== true) throw new Error("The table cannot be parsed.");
    loaded = new StaticEmbedder(parsed.value, "bench");
  }
  return loaded;
}

async function embeddings(): Promise<number> {
  const before = ledger.usedBy("hints");
  const remote = { embedderId: "e", dims: 1024, embed: () => Promise.resolve(new Float32Array(1024)) };
  const cache = cachingEmbedder(remote, ledger, "e");
  for (let serial = 0; serial < 400; serial++) await cache.embed(`text ${serial}`);
  held.push(cache);
  return ledger.usedBy("hints") - before;
}

function keyTimes(): number {
  const before = ledger.usedBy("hints");
  const map = new KeyTimes(ledger, "keys");
  for (let serial = 0; serial < 10_000; serial++) map.set(digest(5e6 + serial), Date.now() + serial);
  held.push(map);
  return ledger.usedBy("hints") - before;
}

function plans(): number {
  const memory = new PlanMemory(ledger, ROOMY_BYTES);
  const before = ledger.usedBytes;
  for (let serial = 0; serial < 2000; serial++) {
    const plan = {
      key: digest(serial),
      scope: digest(1e6 + serial),
      shard: 1,
      provider: "openai",
      model: "m",
      body: text(300, serial),
      stream: false,
      includeUsage: false,
      bodyUser: null,
      text: text(60, serial),
      withheld: "",
    };
    memory.put(text(330, serial), plan);
  }
  held.push(memory);
  return ledger.usedBytes - before;
}

function requests(): number {
  const all = times(500, (serial) => {
    const tags = times(8, (tag) => text(40, tag));
    return {
      body: text(4000, serial, serial % 2 === 0 ? "a" : "ж"),
      text: text(100, serial),
      tags,
      key: digest(serial),
      scope: digest(serial + 1),
    };
  });
  held.push(all);
  return all.reduce((sum, each) => sum + requestBytes(each as unknown as AnswerRequest), 0); // only the texts are counted
}

function vectors(): number {
  // The kernel in JavaScript, because the inspector does not count the memory of WebAssembly.
  const index = new FlatIndex(256, {});
  for (let ref = 0; ref < 20_000; ref++) index.add(ref, ref % 50, syntheticVector(ref % 100, 256));
  index.takePlan();
  held.push(index);
  return index.bytes();
}

function lexicon(): number {
  held.push(english().read("how do i change my delivery adress?"), english().canonical("the quick brown foxes are jumping"));
  return ENGLISH_BYTES;
}

function embeddingTable(file: Uint8Array): number {
  table = file;
  embedder().embed("how do i change my delivery address?");
  return staticTableBytes(table.byteLength);
}

/** Each gets the file of the embedding table, fills one holder and returns what the ledger counts for it. */
const HOLDERS: Readonly<Record<string, (file: Uint8Array) => number | Promise<number>>> = {
  "the English rules": lexicon,
  "the embedding table": embeddingTable,
  "isolate memory: JSON of one-byte characters": () =>
    answers(
      1000,
      (serial) => text(4000, serial),
      () => null,
    ),
  "isolate memory: JSON of two-byte characters": () =>
    answers(
      1000,
      (serial) => text(4000, serial, "ж"),
      () => null,
    ),
  "isolate memory: short JSON": () =>
    answers(
      5000,
      (serial) => text(500, serial),
      () => null,
    ),
  "isolate memory: SSE": () =>
    answers(
      1000,
      () => "",
      () => new Uint8Array(6000),
    ),
  "plans of requests": plans,
  "in-memory front: short entries": () => front(3000, (serial) => text(600, serial), false),
  "in-memory front: short entries, decoded": () => front(3000, (serial) => text(600, serial), true),
  "in-memory front: long entries, decoded": () => front(300, (serial) => text(30_000, serial), true),
  "flights: 100 of 3,000 events": () => flights(100, 3000),
  "flights: 1,000 of 10 events": () => flights(1000, 10),
  "assembled answers of one-byte characters": () => assembled(100, 3000, "word"),
  "assembled answers of two-byte characters": () => assembled(100, 3000, "жжжж"),
  "large forms that clients read": () => forms(true),
  "large forms that nobody reads": () => forms(false),
  "requests that wait, their texts": requests,
  "readings of questions": readings,
  "embeddings of a remote embedder": embeddings,
  "pass markers and refresh times": keyTimes,
  "the vector index": vectors,
};

async function handle(request: Request): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url);
  // A body that is not read breaks the connection of the next request.
  const file = new Uint8Array(await request.arrayBuffer());
  if (pathname === "/holders") return Object.keys(HOLDERS);
  if (pathname !== "/fill") return null;
  return HOLDERS[searchParams.get("holder") ?? ""]?.(file);
}

// oxlint-disable-next-line import/no-default-export -- the runtime asks for it
export default {
  async fetch(request: Request): Promise<Response> {
    return Response.json(await handle(request));
  },
} satisfies ExportedHandler;
