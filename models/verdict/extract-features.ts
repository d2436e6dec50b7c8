/**
 * Computes the posterior model's inputs for pairs: `node extract-features.ts TABLE PAIRS.jsonl|PAIRS.txt OUT.tsv`.
 * TABLE is the static embedder's file. A .txt file has the layout of pairs/first.txt.
 */
import { createHash } from "node:crypto";
import { createWriteStream, readFileSync } from "node:fs";
import { COMPARISON_FEATURES } from "../../shared/domain/semantic/english/comparing/comparison-features.ts";
import { compare } from "../../shared/domain/semantic/english/comparing/comparison.ts";
import { StaticEmbedder } from "../../shared/domain/semantic/embedding/static-embedder.ts";
import { parseStaticTable } from "../../shared/domain/semantic/embedding/static-table.ts";
import { analyse } from "../../shared/domain/semantic/english/reading/features.ts";

type Pair = { readonly a: string; readonly b: string; readonly label: 0 | 1; readonly source: string; readonly group: string };

const [tablePath = "", pairsPath = "", outPath = ""] = process.argv.slice(2);
const table = parseStaticTable(new Uint8Array(readFileSync(tablePath)));
if (!table.ok) throw new Error(`not a table: ${table.error.kind}`);
const embedder = new StaticEmbedder(table.value, "training");

function groupOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

function* developmentPairs(text: string): Generator<Pair> {
  let base = "";
  for (const line of text.split("\n")) {
    const rest = line.slice(2);
    if (line.startsWith("= ")) base = rest;
    if (line.startsWith("~ ")) yield { a: base, b: rest, label: 1, source: "dev:near-repeat", group: groupOf(base) };
    if (line.startsWith("+ ")) yield { a: base, b: rest, label: 1, source: "dev:paraphrase", group: groupOf(base) };
    if (line.startsWith("- ")) yield { a: base, b: rest, label: 0, source: "dev:trap", group: groupOf(base) };
  }
}

type LinePair = Pair | { readonly a: string; readonly b: string; readonly kind: "paraphrase" | "near-repeat" | "trap" };

function* linePairs(text: string): Generator<Pair> {
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const pair = JSON.parse(line) as LinePair; // written by make_pairs.py, or one of pairs/*.jsonl
    if ("label" in pair) yield pair;
    else yield { a: pair.a, b: pair.b, label: pair.kind === "trap" ? 0 : 1, source: `dev:${pair.kind}`, group: groupOf(pair.a) };
  }
}

function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

const similarities = new Map<string, number>();
const vectors = {
  similarity(a: string, b: string): number {
    const key = `${a} ${b}`;
    let known = similarities.get(key);
    if (known === undefined) similarities.set(key, (known = embedder.similarity(a, b)));
    return known;
  },
};
const text = readFileSync(pairsPath, "utf8");
const out = createWriteStream(outPath);
out.write(`${["label", "source", "group", "equal", "vetoes", ...COMPARISON_FEATURES, "a", "b"].join("\t")}\n`);
let pairs = 0;
let microseconds = 0;
for (const pair of pairsPath.endsWith(".txt") ? developmentPairs(text) : linePairs(text)) {
  const similarity = cosine(embedder.embed(pair.a), embedder.embed(pair.b));
  const begin = process.hrtime.bigint();
  const comparison = compare(analyse(pair.a), analyse(pair.b), similarity, vectors);
  microseconds += Number(process.hrtime.bigint() - begin) / 1000;
  pairs++;
  const values = COMPARISON_FEATURES.map((name) => Number(comparison.values[name].toFixed(4)));
  out.write(
    `${[pair.label, pair.source, pair.group, comparison.isCanonicallyEqual ? 1 : 0, comparison.vetoes.join(",") || "-", ...values, pair.a.replaceAll(/[\t\n]/gu, " "), pair.b.replaceAll(/[\t\n]/gu, " ")].join("\t")}\n`,
  );
}
out.end();
process.stderr.write(`${pairs} pairs, ${(microseconds / Math.max(1, pairs)).toFixed(0)} µs a pair (two analyses and the comparison)\n`);
