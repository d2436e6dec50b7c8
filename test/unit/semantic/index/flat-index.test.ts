import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FlatIndex } from "../../../../shared/domain/semantic/index/flat-index.ts";
import type { IndexHit } from "../../../../shared/domain/semantic/index/flat-index.ts";
import { quantiseQuery, quantiseRow } from "../../../../shared/domain/semantic/index/quantise.ts";
import { KERNELS, randomVector, seededRandom } from "./kernel-modules.ts";

interface Known {
  readonly ref: number;
  readonly scope: number;
  readonly vector: Float32Array;
}

/** Brute-force search over the same integers, with the same float32 roundings as the kernel. */
function bruteForce(known: readonly Known[], scope: number, query: Float32Array, k: number): IndexHit[] {
  const q = quantiseQuery(query);
  const scored = known
    .filter((entry) => entry.scope === scope)
    .map(({ ref, vector }) => {
      const row = quantiseRow(vector);
      const dot = row.values.reduce((total, value, at) => total + value * (q.values[at] ?? 0), 0);
      const score = Math.fround(Math.fround(dot) * Math.fround(row.scale));
      return { ref, cosine: Math.max(-1, Math.min(1, score * q.scale)) };
    });
  return scored.toSorted((a, b) => b.cosine - a.cosine).slice(0, k);
}

describe.each(Object.entries(KERNELS))("FlatIndex on the %s kernel", (kind, modules) => {
  test.each([64, 256, 384, 512, 768, 1024, 1536, 3072])("a search equals brute force over the int8 vectors at %i dimensions", (dims) => {
    const random = seededRandom(dims);
    const index = new FlatIndex(dims, modules);
    expect(index.kernelKind).toBe(kind);
    const known = Array.from({ length: 75 }, (_, ref) => ({ ref, scope: ref % 2, vector: randomVector(random, dims) }));
    for (const { ref, scope, vector } of known) index.add(ref, scope, vector);
    for (let round = 0; round < 10; round++) {
      const query = randomVector(random, dims);
      for (const k of [1, 7, 32]) expect(index.search(1, query, k)).toEqual(bruteForce(known, 1, query, k));
    }
  });

  test("the largest possible components cause no overflow", () => {
    for (const dims of [64, 1024, 2048, 3072]) {
      const index = new FlatIndex(dims, modules);
      index.add(1, 1, new Float32Array(dims).fill(1));
      index.add(2, 1, new Float32Array(dims).fill(-1));
      const [near, far] = index.search(1, new Float32Array(dims).fill(1), 2);
      expect(near?.ref).toBe(1);
      expect(near?.cosine).toBeCloseTo(1, 6);
      expect(far?.cosine).toBeCloseTo(-1, 6);
    }
  });

  test("an entry is the nearest neighbour of its own vector, with a cosine above 0.9999", () => {
    const random = seededRandom(3);
    const index = new FlatIndex(256, modules);
    const vectors = Array.from({ length: 200 }, () => randomVector(random, 256));
    for (const [ref, vector] of vectors.entries()) index.add(ref, 0, vector);
    for (const [ref, vector] of vectors.entries()) {
      const [first] = index.search(0, vector, 1);
      expect(first?.ref).toBe(ref);
      expect(first?.cosine).toBeGreaterThan(0.9999);
    }
  });

  test("zero vectors and vectors that are not finite are never found", () => {
    const index = new FlatIndex(64, modules);
    index.add(1, 0, new Float32Array(64));
    index.add(2, 0, new Float32Array(64).fill(Number.NaN));
    index.add(3, 0, new Float32Array(64).fill(1));
    expect(index.search(0, new Float32Array(64).fill(1), 5).map((hit) => hit.ref)).toEqual([3]);
    expect(index.search(0, new Float32Array(64), 5)).toEqual([]);
  });
});

describe("FlatIndex", () => {
  const modules = KERNELS.simd;

  test("a search never leaves its scope", () => {
    const index = new FlatIndex(64, modules);
    const vector = new Float32Array(64).fill(1);
    for (let ref = 0; ref < 100; ref++) index.add(ref, ref % 10, vector);
    for (let scope = 0; scope < 10; scope++) {
      expect(index.search(scope, vector, 32).every((hit) => hit.ref % 10 === scope)).toBe(true);
    }
    expect(index.search(11, vector, 32)).toEqual([]);
  });

  test("adding a reference again replaces its vector and its scope", () => {
    const index = new FlatIndex(64, modules);
    const ones = new Float32Array(64).fill(1);
    index.add(1, 1, ones);
    index.add(1, 2, ones);
    expect(index.size).toBe(1);
    expect(index.search(1, ones, 1)).toEqual([]);
    expect(index.search(2, ones, 1).map((hit) => hit.ref)).toEqual([1]);
  });

  test("dimensions that are not a multiple of 64 are padded", () => {
    const random = seededRandom(9);
    const index = new FlatIndex(100, modules);
    const vector = randomVector(random, 100);
    index.add(5, 0, vector);
    expect(index.search(0, vector, 1)[0]?.cosine).toBeGreaterThan(0.9999);
    expect(() => index.add(6, 0, new Float32Array(64))).toThrow(RangeError);
  });

  test("references and scopes up to the largest safe integer survive storing and loading", () => {
    const index = new FlatIndex(64, modules);
    const vector = new Float32Array(64).fill(1);
    index.add(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1, vector);
    const reloaded = FlatIndex.load(64, modules, index.takePlan().upserts, 0);
    expect(reloaded.ok && reloaded.value.index.search(Number.MAX_SAFE_INTEGER - 1, vector, 1)[0]?.ref).toBe(Number.MAX_SAFE_INTEGER);
  });

  test("after random additions and removals in many scopes, a search agrees with brute force", () => {
    const operation = fc.record({ add: fc.boolean(), ref: fc.nat(60), scope: fc.nat(4), seed: fc.nat() });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300 }), fc.nat(), (operations, seed) => {
        const index = new FlatIndex(64, modules);
        const known = new Map<number, Known>();
        for (const { add, ref, scope, seed: vectorSeed } of operations) {
          const vector = randomVector(seededRandom(vectorSeed), 64);
          const changed = add ? index.add(ref, scope, vector) : index.remove(ref);
          expect(changed).toBe(add || known.delete(ref));
          if (add) known.set(ref, { ref, scope, vector });
        }
        expect(index.size).toBe(known.size);
        const query = randomVector(seededRandom(seed), 64);
        for (let scope = 0; scope <= 4; scope++) {
          const expected = bruteForce([...known.values()], scope, query, 32);
          expect(index.scopeSize(scope)).toBe([...known.values()].filter((entry) => entry.scope === scope).length);
          expect(index.search(scope, query, 32).map((hit) => hit.cosine)).toEqual(expected.map((hit) => hit.cosine));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("memory stays proportional to the live vectors while scopes grow and shrink", () => {
    const random = seededRandom(1);
    const index = new FlatIndex(256, modules);
    const vector = randomVector(random, 256);
    const live = 4000;
    const recordBytes = 256 + 16;
    for (let ref = 0; ref < live * 8; ref++) {
      index.add(ref, Math.floor(random() ** 3 * (ref < live * 4 ? 4000 : 8)), vector);
      if (ref >= live) index.remove(ref - live);
    }
    expect(index.size).toBe(live);
    expect(index.bytes()).toBeLessThan(live * (recordBytes + 120) * 1.6);
  });
});
