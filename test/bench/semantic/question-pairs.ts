import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** Kind of a pair. The first text's answer may be served for the second, except for a `trap`. */
export type PairKind = "paraphrase" | "near-repeat" | "trap";

export interface QuestionPair {
  readonly a: string;
  readonly b: string;
  readonly kind: PairKind;
}

/** A text in GPTCache's benchmark and a rewording of it. */
export interface OriginPair {
  readonly origin: string;
  readonly similar: string;
}

const KINDS: readonly PairKind[] = ["paraphrase", "near-repeat", "trap"];
/** One in this many components of questions is excluded from training; see models/static/question_pairs.py. */
const HELD_OUT_DIVISOR = 5;
const ROOT_DIGITS = 8;

/** Reads JSONL of `{a, b, kind}` or `{a, b, label}` (1 = may be served). Throws on any other line and names it. */
export function readPairs(path: string): readonly QuestionPair[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line, index) => (line.trim() === "" ? [] : [pairOf(line, `${path}:${index + 1}`)]));
}

function pairOf(line: string, where: string): QuestionPair {
  const row = JSON.parse(line) as { readonly a?: unknown; readonly b?: unknown; readonly kind?: unknown; readonly label?: unknown }; // checked below
  const kind = KINDS.find((known) => known === row.kind) ?? labelKind(row.label);
  if (typeof row.a !== "string" || typeof row.b !== "string" || kind === null) {
    throw new Error(`${where}: wants {"a", "b", "kind": ${KINDS.join(" | ")}} or {"a", "b", "label": 1 | 0}`);
  }
  return { a: row.a, b: row.b, kind };
}

function labelKind(label: unknown): PairKind | null {
  if (label === 1 || label === true || label === "1") return "paraphrase";
  return label === 0 || label === false || label === "0" ? "trap" : null;
}

/** Reads GPTCache's mock_data.json: `[{origin, similar}]`. */
export function readOrigins(path: string): readonly OriginPair[] {
  return JSON.parse(readFileSync(path, "utf8")) as readonly OriginPair[]; // that project's published layout
}

interface LabelledText {
  readonly text_a: string;
  readonly text_b: string;
  readonly label: number;
}

/**
 * Reads the held-out fifth of GPTCache's copy of Quora Question Pairs (gzipped JSON). Pairs of both labels connect the
 * questions to components. The fifth contains all pairs of the components whose smallest question has a digest
 * divisible by five, so none of its questions occurs in the other four fifths.
 */
export function readHeldOutQuora(path: string): readonly QuestionPair[] {
  const rows = JSON.parse(gunzipSync(readFileSync(path)).toString("utf8")) as readonly LabelledText[]; // that project's published layout
  const rootOf = componentRoots(rows);
  const isHeldOut = (row: LabelledText): boolean => {
    const digest = createHash("sha256").update(rootOf(row.text_a)).digest("hex");
    return Number.parseInt(digest.slice(0, ROOT_DIGITS), 16) % HELD_OUT_DIVISOR === 0;
  };
  return rows.filter(isHeldOut).map((row) => ({ a: row.text_a, b: row.text_b, kind: row.label === 1 ? "paraphrase" : "trap" }));
}

/** Union-find. A component is named by its smallest question in the order of code points, as in Python. */
function componentRoots(rows: readonly LabelledText[]): (question: string) => string {
  const parent = new Map<string, string>();
  const rootOf = (question: string): string => {
    let at = question;
    for (let above = parent.get(at) ?? at; above !== at; above = parent.get(at) ?? at) {
      parent.set(at, parent.get(above) ?? above);
      at = above;
    }
    return at;
  };
  for (const { text_a, text_b } of rows) {
    const [a, b] = [rootOf(text_a), rootOf(text_b)];
    if (a === b) continue;
    const [smaller, larger] = isBefore(a, b) ? [a, b] : [b, a];
    parent.set(larger, smaller);
  }
  return rootOf;
}

function isBefore(a: string, b: string): boolean {
  const [left, right] = [[...a], [...b]];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return left.length < right.length;
}
