import { describe, expect, test } from "vitest";
import { bertWords } from "../../../../shared/domain/semantic/embedding/bert-words.ts";
import { WordPieceTokenizer } from "../../../../shared/domain/semantic/embedding/word-piece-tokenizer.ts";
import reference from "./word-piece-reference.json" with { type: "json" };
import { shippedTable } from "./shipped-table.ts";

const tokenizer = new WordPieceTokenizer(shippedTable().vocabulary);

describe("WordPieceTokenizer", () => {
  test.each(reference)("returns the reference's ids for $text", ({ text, ids }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
  });

  test("is tested against at least 300 reference strings", () => {
    expect(reference.length).toBeGreaterThanOrEqual(300);
  });

  test("drops lone surrogates like other broken bytes", () => {
    expect(tokenizer.encode("re\ud800set")).toEqual(tokenizer.encode("reset"));
  });

  test("splits the same words on the ASCII path and on the Unicode path", () => {
    const printable = String.fromCharCode(...Array.from({ length: 128 }, (_, code) => code));
    for (const text of [printable, `x${printable}y`, "How's it? a.b\tc\r\nd\x0be\x7ff"]) {
      expect([...bertWords(`${text} é`)].slice(0, -1)).toEqual(bertWords(text));
    }
  });

  test("encodes a word of ten thousand letters as one unknown token", () => {
    expect(tokenizer.encode("q".repeat(10_000))).toEqual([tokenizer.unknownId]);
  });

  test("gives unknown words id 0 if the vocabulary has no [UNK]", () => {
    expect(new WordPieceTokenizer(["a", "b"]).encode("a zz b")).toEqual([0, 0, 1]);
  });
});

test("the reference encodes a typed special token as plain text", () => {
  expect(JSON.stringify(reference)).toContain("[CLS] [SEP]");
  expect(tokenizer.encode("[SEP]")).toHaveLength(3);
});
