import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../../shared/domain/json.ts";
import { isJsonObject } from "../../../../shared/domain/json.ts";
import { MAX_JSON_DEPTH, scanStructure } from "../../../../shared/wire/json/json-structure.ts";

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Values and member names; an empty list or object counts twice. */
function nodesOf(value: Json): number {
  if (Array.isArray(value))
    return (
      1 +
      Math.max(
        1,
        (value as Json[]).reduce<number>((sum, item) => sum + nodesOf(item), 0),
      )
    );
  if (!isJsonObject(value)) return 1;
  const members = Object.values(value);
  return (
    1 +
    Math.max(
      1,
      members.reduce<number>((sum, member) => sum + 1 + nodesOf(member), 0),
    )
  );
}

function faultOf(text: string, maxNodes: number): string {
  const scanned = scanStructure(text, maxNodes);
  return scanned.ok ? "none" : `${scanned.error.kind} ${scanned.error.limit}`;
}

/** The texts of the numbers that a scan reports. */
function numbersIn(text: string): readonly string[] {
  const scanned = scanStructure(text, NO_LIMIT);
  if (!scanned.ok) return [];
  const pairs = Array.from({ length: scanned.value.length / 2 }, (_, pair) => scanned.value.slice(2 * pair, 2 * pair + 2));
  return pairs.map(([from, to]) => text.slice(from, to));
}

describe("the structure of a JSON text", () => {
  it("is accepted up to the limit of values and member names, however it is spaced, and refused beyond it", () => {
    const texts = fc.record({
      value: fc.jsonValue({ maxDepth: 5, stringUnit: "binary" }),
      indent: fc.constantFrom(0, 1, 4),
    });
    fc.assert(
      fc.property(texts, ({ value, indent }) => {
        const text = JSON.stringify(value, null, indent);
        const nodes = nodesOf(JSON.parse(text) as Json);
        expect(faultOf(text, nodes)).toBe("none");
        expect(faultOf(text, nodes - 1)).toBe(`too_many_nodes ${nodes - 1}`);
      }),
      { numRuns: 1_000 },
    );
  });

  it("ignores what strings contain, with escapes at any place and strings of any length", () => {
    const piece = fc.constantFrom("{", "[", ",", ":", "}", "]", '\\"', "\\\\", "\\n", "1234567890123456789", "1e999", "word", "é", "漢");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.nat(60), (pieces, padding) => {
        const text = `{"${"x".repeat(padding)}${pieces.join("")}":["${pieces.join("")}${"x".repeat(padding)}",1]}`;
        expect(JSON.parse(text)).toBeDefined();
        expect(faultOf(text, 5)).toBe("none");
        expect(faultOf(text, 4)).toBe("too_many_nodes 4");
        expect(numbersIn(text)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it("is refused beyond the depth limit, whether brackets are closed or not", () => {
    expect(faultOf("[".repeat(MAX_JSON_DEPTH), NO_LIMIT)).toBe("none");
    expect(faultOf("[".repeat(5_000_000), NO_LIMIT)).toBe(`too_deep ${MAX_JSON_DEPTH}`);
    expect(faultOf("[{},".repeat(1_000), NO_LIMIT)).toBe(`too_deep ${MAX_JSON_DEPTH}`);
    expect(faultOf(`[${"[{}],".repeat(1_000)}0]`, NO_LIMIT)).toBe("none");
  });

  it("tells the numbers that a double may not hold, with their signs", () => {
    const exact = ["0", "-1", "123456789012345", "0.1234567890123456789", "1e20", "1E-99", "12.5e+7"];
    const long = ["1234567890123456", "-9007199254740993", "1e100", "-1E+308", "1.5e-400", "1234567890123456.5", "12345678901234567e1"];
    expect(numbersIn(JSON.stringify(exact).replaceAll('"', ""))).toEqual([]);
    expect(numbersIn(`{"a":[${[...exact, ...long].join(" , ")}]}`)).toEqual(long);
  });

  it("holds no more numbers than nodes, even of a text that is not JSON", () => {
    expect(faultOf("1234567890123456 ".repeat(11), 10)).toBe("too_many_nodes 10");
  });
});
