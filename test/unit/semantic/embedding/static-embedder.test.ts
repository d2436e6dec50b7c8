import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { StaticEmbedder } from "../../../../shared/domain/semantic/embedding/static-embedder.ts";
import { parseStaticTable } from "../../../../shared/domain/semantic/embedding/static-table.ts";
import { STATIC_TABLE } from "../../../../shared/domain/semantic/embedding/static-table-manifest.ts";
import { shippedBytes, shippedTable } from "./shipped-table.ts";

const table = shippedTable();
const embedder = new StaticEmbedder(table, STATIC_TABLE.embedderId);

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((total, value, at) => total + value * (b[at] ?? 0), 0);
}

describe("the shipped table", () => {
  test("has the digest, size, dimensions and id of the manifest", () => {
    const bytes = shippedBytes();
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(STATIC_TABLE.sha256);
    expect(bytes.byteLength).toBe(STATIC_TABLE.bytes);
    expect(table.dims).toBe(STATIC_TABLE.dims);
    expect(embedder.id).toBe(STATIC_TABLE.embedderId);
  });

  test("stays within its bound of 9 MB", () => {
    expect(STATIC_TABLE.bytes).toBeLessThanOrEqual(9_000_000);
  });

  test("can be parsed from a view into a larger buffer", () => {
    const bytes = shippedBytes();
    const shifted = new Uint8Array(bytes.byteLength + 3);
    shifted.set(bytes, 3);
    const parsed = parseStaticTable(shifted.subarray(3));
    expect(parsed.ok && new StaticEmbedder(parsed.value, "x").embed("hello world")).toEqual(embedder.embed("hello world"));
  });

  test("is refused with a named error when it is empty, foreign, truncated or of a newer version", () => {
    const bytes = shippedBytes();
    expect(parseStaticTable(new Uint8Array())).toEqual({ ok: false, error: { kind: "not_a_table" } });
    expect(parseStaticTable(new Uint8Array(100))).toEqual({ ok: false, error: { kind: "not_a_table" } });
    expect(parseStaticTable(bytes.subarray(0, -1))).toMatchObject({ ok: false, error: { kind: "wrong_size" } });
    const newer = bytes.slice(0, 200);
    newer[4] = 2;
    expect(parseStaticTable(newer)).toEqual({ ok: false, error: { kind: "unsupported_version", version: 2 } });
  });
});

describe("StaticEmbedder", () => {
  test("returns unit vectors, and zeros for a text without words", () => {
    const vector = embedder.embed("How do I reset my password?");
    expect(vector).toHaveLength(256);
    expect(cosine(vector, vector)).toBeCloseTo(1, 5);
    expect(embedder.embed(" \n ").every((value) => value === 0)).toBe(true);
  });

  test("embeds a text as the sum of its dequantised rows", () => {
    const expected = new Float32Array(table.dims);
    for (const id of [2129, 2079, 3698]) {
      for (let at = 0; at < table.dims; at++)
        expected[at] = (expected[at] ?? 0) + (table.rows[id * table.dims + at] ?? 0) * (table.scales[id] ?? 0);
    }
    const words = [2129, 2079, 3698].map((id) => table.vocabulary[id]).join(" ");
    const vector = embedder.embed(words);
    expect(cosine(vector, expected) / Math.sqrt(cosine(expected, expected))).toBeCloseTo(1, 5);
  });

  test("ranks a rewording nearer than another question", () => {
    const question = embedder.embed("How can I reset my forgotten password?");
    const rewording = embedder.embed("what is the way to recover a lost password");
    const other = embedder.embed("How can I cook rice without a pot?");
    expect(cosine(question, rewording)).toBeGreaterThan(cosine(question, other) + 0.3);
  });

  test("ignores case, spacing and accents", () => {
    expect(embedder.embed("  CAFÉ   Opening hours ")).toEqual(embedder.embed("cafe opening hours"));
  });

  test("scores related words above unrelated words, and unknown words as NaN", () => {
    expect(embedder.similarity("car", "Car")).toBeCloseTo(1, 5);
    expect(embedder.similarity("buy", "purchase")).toBeGreaterThan(embedder.similarity("buy", "giraffe") + 0.2);
    expect(embedder.similarity("car", "\u{1f9ff}")).toBeNaN();
    expect(embedder.similarity("", "car")).toBeNaN();
  });

  test("has an id that names the recipe, the dimensions and the digest", () => {
    expect(STATIC_TABLE.embedderId).toBe(`static:${table.label}:${table.dims}:${STATIC_TABLE.sha256.slice(0, 12)}`);
  });
});
