import { americanSpelling, isDictionaryWord } from "../reading/lexicon.ts";
import { CONTRACTIONS } from "../lists/contractions.ts";
import { NUMBER_WORDS, ORDINAL_FIGURES, ROMAN_NUMERALS } from "../lists/numbers.ts";
import { CODE_ALIASES, SPELLING_VARIANTS } from "../lists/spelling.ts";
import type { Token } from "./tokens.ts";
import { correctedName, correctedSpelling } from "./spelling-correction.ts";

/** Shortest word, in letters, whose -ise is read as -ize. */
const MIN_ISE_LENGTH = 7;

function withText(token: Token, text: string): Token {
  return text === token.text ? token : { ...token, text };
}

function spread(token: Token, texts: readonly string[]): readonly Token[] {
  return texts.map((text, i) => ({ ...token, text, before: i === 0 ? token.before : "none" }));
}

function isAllCaps(tokens: readonly Token[]): boolean {
  const words = tokens.filter((token) => token.kind === "word" && token.raw.length > 1);
  return words.length > 1 && words.every((token) => token.raw === token.raw.toUpperCase());
}

// "US" and "IT" are names, "us" and "it" are pronouns. In an all-caps prompt the capitals do not tell them apart.
function acronymText(token: Token, previous: Token | undefined, isShouting: boolean): string | undefined {
  if (["usa", "unitedstates"].includes(token.text)) return "usa";
  if (token.text === "us" && (previous?.text === "the" || (!isShouting && /^U\.?S\.?$/u.test(token.raw)))) return "usa";
  return !isShouting && token.raw === "IT" ? "i.t." : undefined;
}

// Applies if a dictionary has the z spelling ("summarise"), or if no dictionary has either spelling ("caramelise").
function zSpelling(word: string): string | undefined {
  if (word.length < MIN_ISE_LENGTH || !/(?:is(?:e[drs]?|ing|ations?)|ys(?:e[drs]?|ing))$/u.test(word)) return undefined;
  const spelt = word.replace(/s(e[drs]?|ing|ations?)$/u, "z$1");
  const isListed = isDictionaryWord(spelt)
    ? !/^(?:ap|com)?pris/u.test(word)
    : !isDictionaryWord(word) && correctedSpelling(word) === undefined;
  return isListed ? spelt : undefined;
}

function listedSpelling(word: string): string | undefined {
  const listed = SPELLING_VARIANTS.get(word);
  if (listed !== undefined || !word.endsWith("s")) return listed;
  const singular = SPELLING_VARIANTS.get(word.slice(0, -1));
  return singular === undefined || singular.length < 5 || singular.includes(" ") ? undefined : `${singular}s`;
}

// Shortens three or more equal letters in a row ("installl", "pleeease"), which no word has.
function withoutStretch(word: string): string {
  if (!/([a-z])\1\1/u.test(word)) return word;
  const doubled = word.replace(/([a-z])\1{2,}/gu, "$1$1");
  const single = word.replace(/([a-z])\1{2,}/gu, "$1");
  return !isDictionaryWord(doubled) && isDictionaryWord(single) ? single : doubled;
}

function numeral(token: Token, bare: string, previous: Token | undefined, isShouting: boolean): Token | undefined {
  const roman = ROMAN_NUMERALS.get(token.raw);
  if (roman !== undefined && previous?.isCapitalised === true && !isShouting) return { ...token, text: roman, kind: "number" };
  const ordinal = ORDINAL_FIGURES.get(bare);
  if (ordinal !== undefined) return { ...token, text: ordinal, kind: "number" };
  const value = NUMBER_WORDS.get(bare);
  const isName = token.isCapitalised && previous !== undefined && token.before === "none" && !previous.isCapitalised && !isShouting;
  return value === undefined || isName ? undefined : { ...token, text: String(value), kind: "number" };
}

function expandWord(token: Token, previous: Token | undefined, isShouting: boolean): readonly Token[] {
  const acronym = acronymText(token, previous, isShouting);
  if (acronym !== undefined) return [withText(token, acronym)];
  const contraction = CONTRACTIONS.get(token.text);
  if (contraction && !(token.text === "u" && token.raw === "U" && !isShouting))
    return spread({ ...token, isCapitalised: false }, contraction);
  const bare = withoutStretch(token.text.replaceAll("'", ""));
  const number = numeral(token, bare, previous, isShouting);
  if (number) return [number];
  const spelled =
    listedSpelling(bare) ??
    americanSpelling(bare) ??
    (token.isCapitalised && previous !== undefined && !isShouting ? undefined : zSpelling(bare));
  if (spelled !== undefined) return spread(token, spelled.split(" "));
  const corrected = token.isCapitalised && !isShouting ? correctedName(bare) : correctedSpelling(bare);
  const american = corrected === undefined ? undefined : (americanSpelling(corrected) ?? zSpelling(corrected));
  return [withText(token, american ?? corrected ?? bare)];
}

function expandCode(token: Token): readonly Token[] {
  const alias = CODE_ALIASES.get(token.text);
  // "B4" is a paper size, "b4" is chat spelling.
  if (!alias || (token.raw === "B4" && alias[0] === "before")) return [token];
  return alias.map((text, i) => ({
    ...token,
    text,
    kind: /^\p{N}/u.test(text) ? ("number" as const) : ("word" as const),
    before: i === 0 ? token.before : ("none" as const),
  }));
}

/** Expands every token: contractions, number words, British and chat spelling, and typing errors. */
export function expandWords(tokens: readonly Token[]): readonly Token[] {
  const isShouting = isAllCaps(tokens);
  const expanded: Token[] = [];
  for (const token of tokens) {
    if (token.kind === "code") expanded.push(...expandCode(token));
    else if (token.kind === "word") expanded.push(...expandWord(token, expanded.at(-1), isShouting));
    else if (token.kind === "number" && /[a-z]$/u.test(token.text)) {
      const rank = ORDINAL_FIGURES.get(token.text);
      expanded.push(rank === undefined ? token : { ...token, text: rank, kind: "word" });
    } else expanded.push(token);
  }
  return isShouting ? expanded.map((token) => ({ ...token, raw: token.raw === "A" ? "a" : token.raw, isCapitalised: false })) : expanded;
}
