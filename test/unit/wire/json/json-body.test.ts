import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../../shared/domain/json.ts";
import { MAX_BODY_NODES, numberOf, parseJson, parseJsonBody } from "../../../../shared/wire/json/json-body.ts";
import { MAX_JSON_DEPTH } from "../../../../shared/wire/json/json-structure.ts";

function parsed(text: string): Json {
  const result = parseJsonBody(text);
  if (!result.ok) throw new Error(`refused: ${text.slice(0, 80)}`);
  return result.value;
}

function fault(text: string): string {
  const result = parseJson(text, MAX_BODY_NODES);
  return result.ok ? "none" : result.error.kind;
}

/** A JSON text as `JSON.stringify` writes it, with all digits of an integer. */
const compact = (text: string): string => (/^\d+$/.test(text) && BigInt(text) >= 2n ** 53n ? text : JSON.stringify(JSON.parse(text)));

const nested = (depth: number, open = "[", close = "]"): string => open.repeat(depth) + close.repeat(depth);

describe("parsing a JSON body", () => {
  it("gives the same result as JSON.parse for any JSON that is not nested too deeply", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(JSON.stringify(parsed(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  it("agrees with JSON.parse on which texts are JSON, and never throws", () => {
    const fragment = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      '"',
      "\\",
      ",",
      ":",
      "1",
      "-",
      "e9",
      "null",
      "a",
      " ",
      "\u0000",
      "\ud800",
      "é",
      '"a"',
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 20 }), (fragments) => {
        const text = fragments.join("");
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect(parseJson(text, MAX_BODY_NODES).ok).toBe(valid);
      }),
      { numRuns: 2_000 },
    );
  });

  it("accepts exactly the allowed depth and refuses one level more", () => {
    expect(fault(nested(MAX_JSON_DEPTH))).toBe("none");
    expect(fault(nested(MAX_JSON_DEPTH + 1))).toBe("too_deep");
    expect(fault(nested(MAX_JSON_DEPTH + 1, '{"a":', "}").replace(":}", ":1}"))).toBe("too_deep");
  });

  it("counts depth instead of brackets, so wide bodies and brackets in strings pass", () => {
    expect(fault(`[${Array.from({ length: 1_000 }, () => "[{}]").join(",")}]`)).toBe("none");
    expect(fault(JSON.stringify({ code: "[".repeat(500), escaped: `\\"${"{".repeat(500)}` }))).toBe("none");
  });

  it("counts depth after strings that end in backslashes", () => {
    expect(fault(`["\\\\",${nested(MAX_JSON_DEPTH)}]`)).toBe("too_deep");
    expect(fault(`["\\\\\\"",${nested(MAX_JSON_DEPTH)}]`)).toBe("too_deep");
  });

  it("refuses five million brackets without overflowing the stack", () => {
    expect(fault("[".repeat(5_000_000))).toBe("too_deep");
  });

  it("refuses a body with too many values and member names, and names the limit", () => {
    const list = (items: number): string => `[${"0,".repeat(items - 1)}0]`;
    expect(parseJsonBody(list(MAX_BODY_NODES - 1)).ok).toBe(true);
    expect(parseJsonBody(list(MAX_BODY_NODES))).toEqual({
      ok: false,
      error: {
        kind: "invalid_request",
        field: null,
        code: "too_many_values",
        message: `The request body has more than ${MAX_BODY_NODES} JSON values and member names.`,
      },
    });
  });

  it("accepts a conversation of 128,000 tokens with many tools at a third of the limit", () => {
    const words = (count: number): string => "The quick brown fox jumps over the lazy dog. ".repeat(Math.ceil(count / 9));
    const parameter = { type: "string", description: "What the tool should look for, as the user put it." };
    const body = {
      model: "gpt-5",
      messages: Array.from({ length: 300 }, (_, turn) => [
        { role: "user", content: [{ type: "text", text: words(100) }] },
        { role: "assistant", tool_calls: [{ id: `call_${turn}`, type: "function", function: { name: "search", arguments: '{"q":"a"}' } }] },
        { role: "tool", tool_call_id: `call_${turn}`, content: words(150) },
        { role: "assistant", content: words(100) },
      ]).flat(),
      tools: Array.from({ length: 128 }, (_, tool) => ({
        type: "function",
        function: {
          name: `tool_${tool}`,
          description: words(20),
          parameters: {
            type: "object",
            properties: Object.fromEntries(Array.from({ length: 16 }, (__, at) => [`p${at}`, parameter])),
            required: ["p0", "p1"],
          },
        },
      })),
    };
    const text = JSON.stringify(body);
    const CHARACTERS_PER_TOKEN = 4;
    expect(text.length / CHARACTERS_PER_TOKEN).toBeGreaterThan(128_000);
    expect(parseJson(text, MAX_BODY_NODES / 3).ok).toBe(true);
  });

  it("keeps integers that a double cannot hold", () => {
    for (const digits of ["9223372036854775807", "9007199254740993", "-9007199254740993", "123456789012345678901234567890"]) {
      const text = `{"seed":${digits},"small":[1,2.5,-3]}`;
      expect(JSON.stringify(parsed(text))).toBe(text);
    }
  });

  it("keeps the digits of any integer", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), (integer) => {
        expect(JSON.stringify(parsed(`[${integer}]`))).toBe(`[${integer}]`);
      }),
    );
  });

  it("keeps the digits of integers at any place, beside strings, names and members of any kind", () => {
    const integer = fc.bigInt({ min: 2n ** 53n, max: 10n ** 25n }).map(String);
    const member = fc.oneof(
      integer,
      fc.json({ maxDepth: 3 }),
      integer.map((digits) => `"${digits}"`),
    );
    const name = fc.oneof(fc.constantFrom("__proto__", "constructor", "1234567890123456789"), fc.string());
    fc.assert(
      fc.property(fc.array(fc.tuple(name, member), { maxLength: 8 }), (members) => {
        const unique = [...new Map(members)];
        const list = `[${unique.map(([, value]) => value).join(",")}]`;
        expect(JSON.stringify(parsed(list))).toBe(`[${unique.map(([, value]) => compact(value)).join(",")}]`);
        const object = parsed(`{${unique.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`);
        for (const [key, value] of unique) {
          expect(JSON.stringify((Object.getOwnPropertyDescriptor(object, key) as PropertyDescriptor).value)).toBe(compact(value));
        }
      }),
    );
  });

  it("parses numbers that a double can hold as numbers", () => {
    expect(parsed("[9007199254740991, 1e3, 0.1234567890123456789, 10000000000000000]")).toEqual([
      9007199254740991, 1000, 0.12345678901234568, 10000000000000000,
    ]);
    expect(parsed('"1234567890123456789"')).toBe("1234567890123456789");
  });

  it("does not mistake a caller's own rawJSON member for an exact number", () => {
    expect(numberOf(parsed('{"rawJSON":"1"}'))).toBeNull();
    expect(numberOf(parsed("9223372036854775807"))).toBe(2 ** 63);
  });

  it("refuses numbers that overflow a double instead of turning them into null", () => {
    for (const text of ["1e400", "[-1e309]", `{"a":${"9".repeat(400)}}`, `${"9".repeat(200)}e200`])
      expect(fault(text)).toBe("number_out_of_range");
    expect(fault("1e308")).toBe("none");
    expect(fault("1e-400")).toBe("none");
  });

  it("keeps __proto__ as an own member", () => {
    const value = parsed('{"__proto__":{"polluted":1},"seed":9223372036854775807}');
    expect(Object.hasOwn(value as object, "__proto__")).toBe(true);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("gives the position of a syntax error when the engine does, and quotes nothing of the body", () => {
    for (const [text, message] of [
      ['{"secret": 1 "x"', "The request body is not valid JSON (at character 13)."],
      ['{"secret": tru}', "The request body is not valid JSON."],
    ] as const) {
      expect(parseJsonBody(text)).toEqual({ ok: false, error: { kind: "invalid_request", field: null, code: "invalid_json", message } });
    }
  });
});
