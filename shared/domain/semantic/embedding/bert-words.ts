/**
 * BERT's "uncased" normaliser and pre-tokeniser. It splits a text into the words that WordPiece then cuts into pieces.
 *
 * Follows Hugging Face `tokenizers` (BertNormalizer with clean_text, handle_chinese_chars, lowercase and its implied
 * strip_accents; BertPreTokenizer), because the table was built with the token ids of that library.
 */

const SPACE = 0x20;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const DELETE = 0x7f;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;

/** Removed characters: control, format and private-use characters, and U+FFFD, which replaces undecodable bytes. */
const REMOVED = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\uFFFD]/gu;
const WHITESPACE = /[\t\n\r\p{Z}]+/gu;
const NONSPACING_MARKS = /\p{Mn}/gu;
/** The reference starts extension E at U+2B920, which is a mistake. It is kept because the token ids must agree. */
const IDEOGRAPHS =
  /[\u4E00-\u9FFF\u3400-\u4DBF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B920}-\u{2CEAF}\uF900-\uFAFF\u{2F800}-\u{2FA1F}]/gu;
const PUNCTUATION = /[!-/:-@[-`{-~\p{P}]/gu;
/** JavaScript lowercases a word-final Σ to ς. The reference lowercases each character alone and gives σ. */
const CAPITAL_SIGMA = /\u03A3/g;
const ASCII_ONLY = /^[\0-\x7f]*$/;

/** The words of a text, lowercased and without accents. Each punctuation mark and CJK ideograph is a separate word. */
export function bertWords(text: string): string[] {
  return ASCII_ONLY.test(text) ? asciiWords(text) : unicodeWords(text);
}

function unicodeWords(text: string): string[] {
  const spaced = text.toWellFormed().replace(REMOVED, "").replace(WHITESPACE, " ").replace(IDEOGRAPHS, " $& ");
  const bare = spaced.normalize("NFD").replace(NONSPACING_MARKS, "").replace(CAPITAL_SIGMA, "\u03C3").toLowerCase();
  return bare
    .replace(PUNCTUATION, " $& ")
    .split(" ")
    .filter((word) => word.length > 0);
}

/** Handles the common case without regular expressions, in a third of the time of {@link unicodeWords}. */
function asciiWords(text: string): string[] {
  const clean = hasControls(text) ? text.replace(REMOVED, "") : text;
  const lower = clean.toLowerCase();
  const words: string[] = [];
  let start = -1;
  for (let at = 0; at < lower.length; at++) {
    const code = lower.charCodeAt(at);
    const space = isSpace(code);
    if (!space && !isAsciiPunctuation(code)) {
      if (start < 0) start = at;
      continue;
    }
    if (start >= 0) words.push(lower.slice(start, at));
    start = -1;
    if (!space) words.push(lower.charAt(at));
  }
  if (start >= 0) words.push(lower.slice(start));
  return words;
}

function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code < SPACE && !isSpace(code)) || code === DELETE) return true;
  }
  return false;
}

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB || code === LINE_FEED || code === CARRIAGE_RETURN;
}

function isAsciiPunctuation(code: number): boolean {
  return (
    (code > SPACE && code < 0x30) || (code > 0x39 && code < UPPER_A) || (code > UPPER_Z && code < 0x61) || (code > 0x7a && code < DELETE)
  );
}
