import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalise } from "../../../../shared/domain/semantic/english/normalise/normalise.ts";

const isMerged = (a: string, b: string): boolean => normalise(a).canonical === normalise(b).canonical;

describe("normalise maps near-repeats to one text", () => {
  it.each([
    ["case and punctuation", "How do I reset my password?", "how do i reset my password"],
    ["spacing", "How do I reset my password?", "  How  do I\treset my password ?  "],
    ["a greeting and thanks", "How do I reset my password?", "Hi there! How do I reset my password? Thanks a lot!"],
    ["a greeting that runs into the question", "How do I reset my password?", "hello how do i reset my password please"],
    ["an apology", "How is interest calculated?", "Sorry to bother you, but how is interest calculated?"],
    ["a wrapper with statement order", "How can I get to the airport?", "Could you tell me how I can get to the airport?"],
    ["an indirect question", "What is the capital of France?", "Could you tell me what the capital of France is?"],
    ["an indirect question of degree", "How much is the annual fee?", "Do you know how much the annual fee is?"],
    ["steps to", "How do I reset my password?", "What are the steps to reset my password?"],
    ["the way to", "How do I reset my password?", "What is the way to reset my password?"],
    ["a spelt-out negative question", "Why isn't it possible to divide by zero?", "Why is it not possible to divide by zero?"],
    ["a medical spelling", "What are the signs of anemia?", "What are the signs of anaemia?"],
    ["a wrapped yes/no question", "Can I pay by card?", "I was wondering if I can pay by card"],
    ["contractions", "What is the limit? It does not work", "What's the limit? It doesn't work"],
    ["contractions without apostrophe", "Why does it not start", "why doesnt it start".replace("doesnt it", "does it not")],
    ["British spelling", "What color is the center?", "What colour is the centre?"],
    ["a moved leading phrase", "How do I install Python on Linux?", "On Linux, how can I install Python?"],
    ["a moved leading clause", "Can I keep my number when I switch carriers?", "When I switch carriers, can I keep my number?"],
    ["a doubled letter left out", "What is the best way to arrive early?", "What is the best way to arive early?"],
    ["a typo in a long word", "What is the right temperature?", "What is the right temprature?"],
    ["number words", "Can I return it after thirty days?", "Can I return it after 30 days?"],
    ["compounds", "How do I set up voicemail?", "How do I setup voicemail?"],
    ["how do I, how can I, how to", "How do I boil rice?", "How to boil rice"],
    ["curly quotes and dashes", "What's the two-factor code?", "What’s the two‑factor code?"],
    ["an article", "How do I list all files?", "How do I list all the files?"],
  ])("%s", (_name, a, b) => expect(isMerged(a, b)).toBe(true));
});

describe("normalise keeps what changes the answer", () => {
  it.each([
    ["numbers", "Is 5 days enough?", "Is 6 days enough?"],
    ["negative numbers", "What happens at -5 degrees?", "What happens at 5 degrees?"],
    ["decimals", "Install version 3.1", "Install version 3.10"],
    ["operators", "What is 5 + 3?", "What is 5 - 3?"],
    ["factorials", "What is 5! ?", "What is 5?"],
    ["negation", "Why does it start?", "Why doesn't it start?"],
    ["a negation dropped by a contraction", "Can I enter?", "Can't I enter?"],
    ["direction", "flights from Rome to Oslo", "flights from Oslo to Rome"],
    ["units", "How far is 5 km?", "How far is 5 miles?"],
    ["names one letter apart", "Who is Jon Kerr?", "Who is Jon Kern?"],
    ["names that look like typos", "Where does Smithe live?", "Where does Smith live?"],
    ["programming languages", "What is C++?", "What is C#?"],
    ["two real words", "How do I affect change?", "How do I effect change?"],
    ["unknown product names", "What is tumblr used for?", "What is tumbler used for?"],
    ["codes", "What is error E1045?", "What is error E1046?"],
    ["case inside identifiers", "What is order aB3xY9?", "What is order ab3Xy9?"],
    ["URL paths", "Summary of https://a.example/One", "Summary of https://a.example/one"],
    ["a courtesy that is mentioned", "How do I say thanks in French?", "How do I say please in French?"],
    ["whose", "What is my name?", "What is your name?"],
    ["the country and the pronoun", "Why did they leave the US?", "Why did they leave us?"],
    ["emoji", "What does 😂 mean?", "What does 😭 mean?"],
    ["scripts", "東京はどこですか", "京都はどこですか"],
  ])("%s", (_name, a, b) => expect(isMerged(a, b)).toBe(false));
});

const NOUNS = ["account", "invoice", "recipe", "laptop", "garden", "policy", "ticket", "engine", "passport", "router"];
const VERBS = ["cancel", "update", "store", "clean", "renew", "share", "move", "repair"];
const question = fc.tuple(fc.constantFrom(...VERBS), fc.constantFrom(...NOUNS), fc.constantFrom(...NOUNS)).filter(([, a, b]) => a !== b);
const dressing = fc.tuple(
  fc.constantFrom("", "Hi, ", "Hello! ", "Sorry, ", "Good morning. ", "Quick question: ", "please "),
  fc.constantFrom("", "?", "??", " please", ", thanks!", ". Thank you so much"),
  fc.boolean(),
);
type Dressing = readonly [string, string, boolean];
const dress = (text: string, [before, after, isLower]: Dressing): string => `${before}${isLower ? text.toLowerCase() : text}${after}`;

describe("properties of normalise", () => {
  it("ignores greetings, thanks, case and end marks", () => {
    fc.assert(
      fc.property(question, dressing, dressing, ([verb, a, b], one, other) => {
        const text = `How do I ${verb} my ${a} for the ${b}`;
        expect(isMerged(dress(text, one), dress(text, other))).toBe(true);
      }),
    );
  });

  it("never merges questions with different numbers", () => {
    fc.assert(
      fc.property(question, fc.nat(5000), fc.nat(5000), dressing, dressing, ([verb, a], one, other, first, second) => {
        fc.pre(one !== other);
        expect(isMerged(dress(`Can I ${verb} ${one} of my ${a}s`, first), dress(`Can I ${verb} ${other} of my ${a}s`, second))).toBe(false);
      }),
    );
  });

  it("never merges a question with its negation", () => {
    fc.assert(
      fc.property(question, fc.constantFrom("not", "never"), dressing, dressing, ([verb, a, b], negator, first, second) => {
        expect(
          isMerged(
            dress(`Should I ${verb} my ${a} with the ${b}`, first),
            dress(`Should I ${negator} ${verb} my ${a} with the ${b}`, second),
          ),
        ).toBe(false);
        expect(
          isMerged(dress(`Should I ${verb} my ${a} with the ${b}`, first), dress(`Should I ${verb} my ${a} without the ${b}`, second)),
        ).toBe(false);
      }),
    );
  });

  it("never merges questions with opposite directions", () => {
    fc.assert(
      fc.property(question, dressing, dressing, ([verb, a, b], first, second) => {
        expect(
          isMerged(
            dress(`How do I ${verb} it from the ${a} to the ${b}`, first),
            dress(`How do I ${verb} it from the ${b} to the ${a}`, second),
          ),
        ).toBe(false);
      }),
    );
  });

  it("never merges or corrects capitalised names", () => {
    const name = fc.stringMatching(/^[A-Z][a-z]{3,9}$/u);
    fc.assert(
      fc.property(question, name, name, ([verb, a], one, other) => {
        fc.pre(one.toLowerCase() !== other.toLowerCase());
        const [left, right] = [normalise(`Can I ${verb} my ${a} with ${one}`), normalise(`Can I ${verb} my ${a} with ${other}`)];
        // Only British spellings and number words may be folded although they are capitalised. They are not names.
        fc.pre(left.tokens.at(-1)?.text === one.toLowerCase() && right.tokens.at(-1)?.text === other.toLowerCase());
        expect(left.canonical).not.toBe(right.canonical);
      }),
      { numRuns: 300 },
    );
  });

  it("never merges questions with different codes or units", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z]{2}[0-9]{2,4}$/u), fc.stringMatching(/^[A-Z]{2}[0-9]{2,4}$/u), dressing, (one, other, how) => {
        fc.pre(one !== other);
        expect(isMerged(dress(`What does error ${one} mean`, how), dress(`What does error ${other} mean`, how))).toBe(false);
      }),
    );
    const units = ["km", "miles", "kg", "pounds", "hours", "minutes", "celsius", "fahrenheit", "%", "$"];
    fc.assert(
      fc.property(fc.constantFrom(...units), fc.constantFrom(...units), fc.integer({ min: 2, max: 99 }), (one, other, n) => {
        fc.pre(one !== other);
        expect(isMerged(`Is ${n} ${one} too much`, `Is ${n} ${other} too much`)).toBe(false);
      }),
    );
  });

  it("leaves its own output unchanged for plain questions", () => {
    fc.assert(
      fc.property(question, dressing, ([verb, a, b], how) => {
        const once = normalise(dress(`Where can I ${verb} my ${a} after the ${b}`, how)).canonical;
        expect(normalise(once).canonical).toBe(once);
      }),
    );
  });

  it("never throws, and never returns an empty text for a text with letters or digits", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(normalise(text).canonical !== "" || !/[a-z0-9]/iu.test(text)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("is idempotent and ignores case, spacing and end marks, whatever the order of auxiliary and subject", () => {
    const shape = fc.constantFrom(
      ([verb, a, b]: readonly [string, string, string]) => `why does my ${a} ${verb} the ${b}s`,
      ([verb, a, b]: readonly [string, string, string]) => `do you know why my ${a} ${verb}s the ${b}s`,
      ([verb, a, b]: readonly [string, string, string]) => `what ${a} should a ${b} ${verb}`,
      ([verb, a, b]: readonly [string, string, string]) => `can you tell me whether the ${a} can ${verb} my ${b}`,
      ([verb, a, b]: readonly [string, string, string]) => `if my ${a} is lost, how do I ${verb} my ${b}`,
    );
    fc.assert(
      fc.property(question, shape, dressing, (words, make, how) => {
        const text = make(words);
        const { canonical } = normalise(text);
        expect(normalise(canonical).canonical).toBe(canonical);
        expect(normalise(dress(`${text.replaceAll(" ", "  ")} ?!`, how)).canonical).toBe(canonical);
      }),
    );
  });

  it("gives a direct question and the same clause in a wrapper one text, without exchanging agent and object", () => {
    const wrapper = fc.constantFrom(
      "do you know",
      "could you tell me",
      "I was hoping someone could explain",
      "I'd like to know",
      "any idea",
    );
    fc.assert(
      fc.property(question, wrapper, ([verb, a, b], wrap) => {
        expect(isMerged(`why does the ${a} ${verb} the ${b}`, `${wrap} why the ${a} ${verb}s the ${b}`)).toBe(true);
        expect(isMerged(`why did the ${a} ${verb} the ${b}`, `${wrap} why the ${a} ${verb}s the ${b}`)).toBe(false);
        expect(isMerged(`why does the ${a} ${verb} the ${b}`, `${wrap} why the ${b} ${verb}s the ${a}`)).toBe(false);
        expect(isMerged(`why does the ${a} ${verb} the ${b}`, `${wrap} why the ${a} does not ${verb} the ${b}`)).toBe(false);
        expect(isMerged(`why can the ${a} ${verb} the ${b}`, `${wrap} why the ${a} should ${verb} the ${b}`)).toBe(false);
      }),
    );
  });
});
