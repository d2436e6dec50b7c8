import { describe, expect, it } from "vitest";
import { eligible } from "../../../../shared/domain/semantic/english/semantic-eligibility.ts";

describe("eligible", () => {
  it.each([
    "How do I cancel my hotel reservation in Rome?",
    "What is the difference between baking soda and baking powder?",
    "Can I translate my driver's license into English at the embassy?",
    "Quick question: how do I reset my router password when I forgot it?",
    "Why is my laptop battery draining so fast?",
    "How do I write a will without a lawyer?",
    "How do I undo the most recent commit in git?",
  ])("accepts an ordinary question: %s", (text) => expect(eligible(text)).toEqual({ kind: "eligible" }));

  it.each([
    ["payload", "Translate this sentence into French: the cat is on the mat"],
    ["payload", "Please fix this code for me"],
    ["payload", "Summarize the following article in three points"],
    ["payload", "Rewrite my email so that it sounds friendlier"],
    ["payload", "Classify this review: the food was cold"],
    ["payload", "Count the words in the text below"],
    ["payload", "How many letters are in the word strawberry?"],
    ["creative", "Write a poem about the sea in autumn"],
    ["creative", "Tell me a joke about lawyers"],
    ["creative", "Pick a random number between 1 and 10"],
    ["creative", "Can you generate a slogan for my bakery?"],
    ["code", "Why does this fail?\n```\nlet x = 1;\n```"],
    ["too_long", `Why ${"is the sky so very blue ".repeat(80)}?`],
    ["empty", "   "],
  ])("allows only exact matches for %s: %s", (reason, text) => expect(eligible(text)).toEqual({ kind: "exact_only", reason }));

  it.each([
    ["time_relative", "What is the weather like in Paris today?"],
    ["time_relative", "What is the latest version of Node?"],
    ["time_relative", "What is the current price of bitcoin?"],
    ["time_relative", "Who won the game last night?"],
    ["too_short", "What is Rust?"],
    ["too_short", "hello"],
  ])("allows %s to match only after normalisation: %s", (reason, text) =>
    expect(eligible(text)).toEqual({ kind: "normalised_only", reason }),
  );

  it("accepts texts of up to 256 estimated tokens and refuses longer texts", () => {
    const text = "How do I cancel my hotel reservation in Rome? ".repeat(30);
    expect(eligible(text.slice(0, 4 * 256))).toEqual({ kind: "eligible" });
    expect(eligible(text.slice(0, 4 * 256 + 1))).toEqual({ kind: "exact_only", reason: "too_long" });
  });
});
