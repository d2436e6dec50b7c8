import { FUNCTION_WORDS } from "../lists/function-words.ts";
import { NUMBER_WORDS } from "../lists/numbers.ts";
import type { Token } from "./tokens.ts";
import { settleAuxiliary } from "./auxiliary-frame.ts";
import { nameBeforePronoun } from "./clause-order.ts";
import { ARTICLES } from "./clause-words.ts";
import { settleCompounds } from "./compound-joining.ts";

// Only forms that differ in style alone: "how do I", "how can we", "how to". "How should" asks for advice and is kept.
const HOW_TO_OPENER = /^how (?:to|(?:do|can|could|would|does) (?:i|we|you|one|someone))(?= )/u;
// "(tell me) how you serialise", but not "how you should serialise".
const EMBEDDED_HOW_TO =
  /^how (?:i|we|you|one|someone)(?: (?:do|can|could))?(?= (?!not |can |could |should |would |will |do |did |does |may |might |must |am |are |is |was |were |have |had |has )\S)/u;

// "(what are the) steps to …", "(what is the) way to …": the same question as "how to …".
const STEPS_OPENER = /^(?:what (?:is|are) )?(?:(?:a|an|the) )?(?:steps|way) to(?= )/u;

// "is it possible to …", "am i able to …": the same question as "can i …".
const CAN_I_OPENER = /^(?:is it possible(?: for me)? to|am i able to|can (?:i|we|you|one|someone))(?= )/u;

const MONEY: ReadonlyMap<string, string> = new Map([
  ["$", "dollar"],
  ["€", "euro"],
  ["£", "£"],
]);
const MONEY_WORDS: ReadonlyMap<string, string> = new Map([
  ["dollars", "dollar"],
  ["dollar", "dollar"],
  ["usd", "dollar"],
  ["bucks", "dollar"],
  ["euros", "euro"],
  ["euro", "euro"],
  ["eur", "euro"],
  ["quid", "£"],
  ["gbp", "£"],
]);
const MAGNITUDES = new Set("k m b bn mn mil mm".split(" "));
const LABELLED = new Set("vitamin hepatitis influenza appendix exhibit".split(" "));

// In "Vitamin A", "from A to B" and "an A", the word is a letter and not an article.
function isLetter(token: Token, previous: Token | undefined, next: Token | undefined): boolean {
  if (token.text !== "a" || !previous) return false;
  if (LABELLED.has(previous.text)) return true;
  if (token.raw !== "A" || token.before !== "none") return false;
  return (
    next === undefined || FUNCTION_WORDS.has(next.text) || next.kind !== "word" || ARTICLES.has(previous.text) || previous.isCapitalised
  );
}

/** Unifies amounts: "$25", "25 dollars", "25 USD" → "25 dollar"; "15 %", "15 per cent" → "15 percent". */
function settleAmounts(words: readonly string[]): readonly string[] {
  if (!words.some((word) => /^[\d.]+$|^per$/u.test(word))) return words;
  const settled: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const [word = "", next = "", third = ""] = [words[i], words[i + 1], words[i + 2]];
    const money = MONEY.get(word);
    const last = settled.at(-1) ?? "";
    const followsNumber = /^\d[\d.]*$/u.test(last);
    if (money !== undefined && /^\d/u.test(next) && !MAGNITUDES.has(third)) {
      settled.push(next, money);
      // "$25 dollars" and "$25 USD" name the currency twice.
      i += MONEY_WORDS.get(third) === money ? 2 : 1;
    } else if (followsNumber && money !== undefined) settled.push(money);
    else if (followsNumber && MONEY_WORDS.has(word)) settled.push(MONEY_WORDS.get(word) ?? word);
    else if (followsNumber && (word === "%" || word === "percent" || word === "pct")) settled.push("percent");
    else if (word === "per" && next === "cent") {
      settled.push("percent");
      i++;
    } else
      settled.push(
        word === "storey" && (followsNumber || ["single", "double", "first", "second", "third"].includes(last)) ? "story" : word,
      );
  }
  return settled;
}

function wordsOf(tokens: readonly Token[]): readonly string[] {
  // A number word that may be a name ("the Seven Years War") stays a word for the vetoes. Here it becomes a figure.
  return tokens.map((token, i) =>
    isLetter(token, tokens[i - 1], tokens[i + 1]) ? "A" : String(NUMBER_WORDS.get(token.text) ?? token.text),
  );
}

function settleOpeners(text: string): string {
  return text
    .replace(HOW_TO_OPENER, "how to")
    .replace(EMBEDDED_HOW_TO, "how to")
    .replace(STEPS_OPENER, "how to")
    .replace(CAN_I_OPENER, "can i")
    .replace(/^(?:is|are) there (?:any |a )?way (?:to|of)(?= )/u, "is there way to");
}

/**
 * The string that is equal for two questions with the same meaning. Articles are dropped, because people leave them out
 * at will ("all files" / "all the files"). Names with an article ("The Who") are rare, so their article is dropped too.
 */
export function canonicalForm(tokens: readonly Token[], isEmbedded: boolean): string {
  const words = settleCompounds(nameBeforePronoun(settleAmounts(wordsOf(tokens))));
  const opened = settleOpeners(words.join(" "));
  const framed = settleAuxiliary({ words: opened.split(" "), isEmbedded });
  const asked = framed[0] === "which" && framed[1] !== "one" && framed[1] !== "of" ? ["what", ...framed.slice(1)] : framed;
  const kept = asked.filter((word) => !ARTICLES.has(word)).map((word) => (word === "A" ? "a" : word));
  return (kept.length > 0 ? kept : asked).join(" ");
}
