import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrequencySketch } from "../../../../shared/domain/caching/frequency-sketch.ts";

const WIDTH = 256;
/** Ageing begins at ten increments per counter of a row. */
const BEFORE_AGEING = WIDTH * 10 - 1;

function keyOf(index: number): string {
  return createHash("sha256").update(`key ${index}`).digest("hex");
}

describe("the frequency sketch", () => {
  it("never underestimates before it ages, up to its maximum", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: BEFORE_AGEING }), (asked) => {
        const sketch = new FrequencySketch(WIDTH);
        const truth = new Map<number, number>();
        for (const index of asked) {
          sketch.increment(keyOf(index));
          truth.set(index, (truth.get(index) ?? 0) + 1);
        }
        for (const [index, count] of truth) expect(sketch.estimate(keyOf(index))).toBeGreaterThanOrEqual(Math.min(15, count));
      }),
      { numRuns: 60 },
    );
  });

  it("rarely overestimates when it is not crowded", () => {
    const sketch = new FrequencySketch(4096);
    for (let index = 0; index < 1000; index++) sketch.increment(keyOf(index));
    const strangers = Array.from({ length: 1000 }, (_, index) => sketch.estimate(keyOf(10_000 + index)));
    expect(strangers.filter((estimate) => estimate > 0).length).toBeLessThan(30);
  });

  it("counts up to 15", () => {
    const sketch = new FrequencySketch(WIDTH);
    for (let time = 0; time < 100; time++) sketch.increment(keyOf(1));
    expect(sketch.estimate(keyOf(1))).toBe(15);
  });

  it("ages: a key that was frequent in the past falls behind a currently frequent one", () => {
    const sketch = new FrequencySketch(WIDTH);
    for (let time = 0; time < 15; time++) sketch.increment(keyOf(1));
    for (let index = 0; index < WIDTH * 40; index++) sketch.increment(keyOf(2 + (index % 5)));
    expect(sketch.estimate(keyOf(1))).toBeLessThan(4);
    expect(sketch.estimate(keyOf(2))).toBeGreaterThan(5);
  });

  it("takes four bytes per counter of its width, however many keys it counts", () => {
    const sketch = new FrequencySketch(WIDTH);
    for (let index = 0; index < 10_000; index++) sketch.increment(keyOf(index));
    expect(sketch.bytes).toBe(WIDTH * 4);
  });
});
