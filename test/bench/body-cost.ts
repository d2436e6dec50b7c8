/**
 * `node test/bench/body-cost.ts [--mib N]`: the time that the costliest accepted bodies take in workerd to be decoded,
 * parsed, checked, digested and serialised, by what fills them. `--mib` is the size of the bodies of text; 8 is the
 * default of MAX_BODY_BYTES.
 *
 * A Worker's clock does not advance within a request, so requests are timed from outside, less a request without work.
 * `first` is the first body of its kind, before the code is optimised for it.
 */
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { MAX_BODY_NODES } from "../../shared/wire/json/json-body.ts";
import { BYTES_PER_MIB } from "../../shared/domain/units.ts";

const COMPATIBILITY_DATE = "2026-10-15";
const ROUNDS = 5;
/** Nodes of the smallest request around the filling. */
const FRAME_NODES = 16;

const { values } = parseArgs({ options: { mib: { type: "string", default: "8" } } });
const textBytes = Number(values.mib) * BYTES_PER_MIB;

function list(nodes: number, item: (index: number) => string): string {
  return Array.from({ length: Math.floor(nodes) }, (_, index) => item(index)).join(",");
}

/** A request with a member `x` of almost the allowed number of nodes. `perItem` are the nodes of one item. */
function ofNodes(perItem: number, item: (index: number) => string, [open, close]: readonly [string, string]): string {
  const items = list((MAX_BODY_NODES - FRAME_NODES) / perItem, item);
  return `{"model":"m","messages":[{"role":"user","content":"hi"}],"x":${open}${items}${close}}`;
}

const LIST = ["[", "]"] as const;
const OBJECT = ["{", "}"] as const;
const FILLED_WITH_NODES: Readonly<Record<string, string>> = {
  "members with different names": ofNodes(2, (index) => `"a${index}":0`, OBJECT),
  "members with numbers as names": ofNodes(2, (index) => `"${4_294_967_295 - 7 * index}":0`, OBJECT),
  "objects with different names": ofNodes(3, (index) => `{"a${index}":0}`, LIST),
  "objects with equal names": ofNodes(3, () => '{"a":0}', LIST),
  "empty objects": ofNodes(2, () => "{}", LIST),
  "small numbers": ofNodes(1, () => "0", LIST),
  "decimal numbers": ofNodes(1, (index) => `0.${index}12345678`, LIST),
  "numbers that grow (1e20)": ofNodes(1, () => "1e20", LIST),
  "integers beyond 2^53": ofNodes(1, (index) => `1234567890123456${7 + (index % 3)}`, LIST),
  "different strings": ofNodes(1, (index) => `"s${index}"`, LIST),
  "nested lists": ofNodes(60, () => `${"[".repeat(59)}${"]".repeat(59)}`, LIST),
};

const TEXTS: Readonly<Record<string, string>> = {
  ASCII: "word ",
  "ASCII and one wide character": "word ",
  Cyrillic: "ж",
  emoji: "😀",
  "line ends": "a\\n",
  quotes: 'say \\"hi\\" ',
  backslashes: "\\\\",
  "control characters": "\\u0001",
  "lone surrogates": "\\ud800",
  digits: "111111111111111x",
};

/** A request whose system prompt is `textBytes` long. Its text is serialised twice: for the key and for the provider. */
function ofText(name: string, unit: string): string {
  const wide = name.includes("wide") ? "ж" : "";
  const text = unit.repeat(Math.floor(textBytes / new TextEncoder().encode(unit).byteLength) - FRAME_NODES);
  return `{"model":"m","messages":[{"role":"system","content":"${wide}${text}"},{"role":"user","content":"hi"}]}`;
}

async function startWorker(): Promise<Miniflare> {
  const bundled = await build({
    entryPoints: [`${import.meta.dirname}/body-cost-worker.ts`],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
  });
  const contents = bundled.outputFiles[0]?.text ?? "";
  return new Miniflare(
    convertV4MiniflareOptions({
      name: "bench",
      compatibilityDate: COMPATIBILITY_DATE,
      modules: [{ type: "ESModule", path: "worker.mjs", contents }],
    }),
  );
}

async function timed(worker: Miniflare, query: string): Promise<number> {
  const start = performance.now();
  const response = await worker.dispatchFetch(`http://bench/?${query}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return performance.now() - start;
}

async function median(worker: Miniflare, query: string): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push((await timed(worker, `times=1${query}`)) - (await timed(worker, "times=0")));
  return Math.max(0, rounds.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN);
}

/** Prints the milliseconds of the first body, of a later one, and of the three turns in which it is handled. */
async function measure(worker: Miniflare, name: string, body: string): Promise<void> {
  await worker.dispatchFetch("http://bench/body", { method: "POST", body: new TextEncoder().encode(body) });
  const empty = await timed(worker, "times=0");
  const first = (await timed(worker, "times=1")) - empty;
  const parse = await median(worker, "&last=parse");
  const serialise = Math.max(0, (await median(worker, "&last=serialise")) - parse);
  const all = await median(worker, "");
  const figures = [first, all, parse, Math.max(0, all - parse - serialise), serialise];
  const columns = figures.map((ms) => ms.toFixed(0).padStart(10)).join("");
  process.stdout.write(`${name.padEnd(30)}${(body.length / BYTES_PER_MIB).toFixed(2).padStart(6)} Mi${columns}\n`);
}

const worker = await startWorker();
try {
  const heads = ["first", "usual", "parse", "digest", "serialise"].map((head) => head.padStart(10)).join("");
  process.stdout.write(`${"milliseconds".padEnd(29)}characters${heads}\n`);
  for (const [name, body] of Object.entries(FILLED_WITH_NODES)) await measure(worker, name, body);
  for (const [name, unit] of Object.entries(TEXTS)) await measure(worker, name, ofText(name, unit));
} finally {
  await worker.dispose();
}
