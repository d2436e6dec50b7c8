/** A token of a prompt. `text` is folded in case and typography; later steps fold the spelling. `raw` is as typed. */
export type Token = {
  readonly text: string;
  readonly raw: string;
  readonly kind: "word" | "number" | "code" | "url" | "symbol";
  readonly isCapitalised: boolean;
  /** The break between this token and the previous one. */
  readonly before: "none" | "comma" | "sentence";
};

// The order matters: URLs and mail addresses, identifiers, numbers, words, then any other visible character.
const URL_PATTERN = String.raw`(?:https?:\/\/|www\.)[^\s<>"]+|[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+\.[\p{L}.]+`;
const FILE_SUFFIXES = "js|ts|py|rb|go|rs|io|ai|com|org|net|json|yaml|yml|xml|csv|txt|md|html|css|php|sh|exe|dll|pdf|docx?|xlsx?";
const CODE_PATTERN = [
  String.raw`[cfj]\+\+|[cf]#|\.net(?![\p{L}\p{N}])|2fa(?![\p{L}\p{N}])`,
  String.raw`(?<=^|\s)--?[a-z][\p{L}\p{N}-]*`,
  String.raw`[\p{L}_$][\p{L}\p{N}]*(?:_[\p{L}\p{N}]*)+`,
  String.raw`\p{L}{2,}\.(?:${FILE_SUFFIXES})(?![\p{L}\p{N}])`,
  String.raw`\p{L}+(?:[-.]?\p{N}+\p{L}*)+(?:[-.:/]\p{N}[\p{L}\p{N}]*)*`,
  String.raw`\p{N}+a(?![\p{L}\p{N}])`,
  String.raw`v?\p{N}+(?:\.\p{N}+){2,}[\p{L}\p{N}.-]*(?<=[\p{L}\p{N}])`,
].join("|");
const ORDINAL_PATTERN = String.raw`\p{N}+(?:st|nd|rd|th)(?![\p{L}\p{N}])`;
const NUMBER_PATTERN = String.raw`${ORDINAL_PATTERN}|(?:(?<=^|[\s(=<>*/+,$€£])-)?\p{N}+(?:[,.:/-]\p{N}+)*`;
const WORD_PATTERN = String.raw`(?<![\p{L}\p{N}])\p{L}(?:\.\p{L})+(?![\p{L}\p{N}])\.?|\p{L}[\p{L}\p{M}]*(?:'\p{L}+)*`;
const TOKEN = new RegExp(
  `(?<url>${URL_PATTERN})|(?<code>${CODE_PATTERN})|(?<number>${NUMBER_PATTERN})|(?<word>${WORD_PATTERN})|(?<symbol>[^\\s\\p{L}\\p{N}])`,
  "giu",
);
const PLAIN_PUNCTUATION = /^[.,;:!?"'`´’‘“”„«»()[\]{}…·•¡¿~*_|–—\\-]$/u;
const SENTENCE_END = /[.!?;:\n…]/u;
// "W-2" is folded to "w2" and "COVID-19" to "covid19". "x-2" may be a subtraction.
const HYPHENATED_CODE = /^(?![nt-vx-z]-)(\p{L}{1,6})-(\p{N}+\p{L}?)$/u;
const CASE_KEEPING_CODE = /^(?=.*\p{N})(?=.*\p{Lu})(?=.*\p{Ll})[\p{L}\p{N}_-]{6,}$/u;

const EMOTICON = /(?<=^|\s|[\p{L}.!?])(?:[:;][-o']?[)(DPp3*]+|<3+|\^_*\^|[xX]D+)(?=$|[\s.!?,])/gu;
const PICTOGRAMS = /(?:(?![\p{N}#*])[\p{Extended_Pictographic}\p{Emoji_Component}\u{1f1e6}-\u{1f1ff}])+/gu;
// A question about the sign itself keeps it ("what does 😂 mean", "the difference between :) and :D").
const ABOUT_SIGNS = /\b(?:emojis?|emoticons?|smileys?|unicode)\b/iu;
const NAMED_SIGN =
  /(?:^|\s)(?:does|do|is|are|of|the|this|that|an?|using|use|with|sends?|sent|between|and|or|vs|means?|say|put|called|type)\s["'(]*$/iu;

const MAX_NAMING_CHARACTERS = 16;

// "w/", "w/o", "b/c" and "12x12" would otherwise be split into signs and letters.
function spellOutSigns(text: string): string {
  if (!/[/xX×]/u.test(text)) return text;
  return text
    .replace(/(?<![\p{L}\p{N}/])[wW]\/[oO](?![\p{L}\p{N}])/gu, "without")
    .replace(/(?<![\p{L}\p{N}/])w\/(?=\s|\p{L}{2})/gu, "with ")
    .replace(/(?<![\p{L}\p{N}/])b\/c(?![\p{L}\p{N}])/gu, "because")
    .replace(/(?<![\p{L}\p{N}.])(?!0x)(\p{N}+)\s?[xX×]\s?(?=\p{N}+(?![\p{L}\p{N}]))/gu, "$1 by ");
}

// Emoticons and emoji express a feeling, not a question.
function dropFaces(text: string): string {
  if (!/[:;<^xX]|[^\x20-\x7e]/u.test(text) || ABOUT_SIGNS.test(text)) return text;
  const isNamed = (at: number, whole: string): boolean => NAMED_SIGN.test(whole.slice(Math.max(0, at - MAX_NAMING_CHARACTERS), at));
  const withoutFace = (face: string, at: number, whole: string): string => (isNamed(at, whole) ? face : " , ");
  const plain = text.replace(EMOTICON, withoutFace).replace(PICTOGRAMS, withoutFace);
  return /[\p{L}\p{N}]/u.test(plain) ? plain : text;
}

/** Folds compatibility forms, quotes, dashes and invisible characters, which must not separate two questions. */
export function foldTypography(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[‘’ʼ＇`´]/gu, "'")
    .replace(/[“”„«»]/gu, '"')
    .replace(/[\u200b-\u200d\u2060\ufeff]/gu, "")
    .replace(/[‐‑−]/gu, "-");
}

function kindOf(groups: Readonly<Record<string, string | undefined>>): Token["kind"] {
  if (groups["url"] !== undefined) return "url";
  if (groups["code"] !== undefined) return "code";
  if (groups["number"] !== undefined) return "number";
  return groups["word"] !== undefined ? "word" : "symbol";
}

// A dash after a space is an operator if it stands between numbers or single letters, otherwise punctuation.
function isOperatorDash(text: string, at: number): boolean {
  const left = /(?:^|\s)([\p{L}\p{N}]+)\s*$/u.exec(text.slice(Math.max(0, at - 12), at))?.[1] ?? "";
  const right = /^\s*([\p{L}\p{N}]+)/u.exec(text.slice(at + 1, at + 13))?.[1] ?? "";
  const isOperand = (word: string): boolean => /^(?:\p{N}+|\p{L})$/u.test(word);
  return isOperand(left) && isOperand(right) && left !== "a" && right !== "a" && /\s/u.test(text[at - 1] ?? "");
}

function isMeaningfulPunctuation(text: string, mark: string, at: number): boolean {
  if (mark === "-" || mark === "–" || mark === "—") return isOperatorDash(text, at);
  // "5!" may be a factorial. "!=" is an operator.
  if (mark === "!") return (/\p{N}/u.test(text[at - 1] ?? "") && text[at + 1] !== "!") || text[at + 1] === "=";
  if (mark === "*") return /^\s*[\p{N}\p{L}(]/u.test(text.slice(at + 1)) && /[\p{N}\p{L})]\s*$/u.test(text.slice(0, at));
  return mark === "|" || mark === "\\" || mark === "~";
}

function foldedText(raw: string, kind: Token["kind"]): string {
  if (kind === "url") return raw.replace(/[.,;:!?)\]'"]+$/u, "").replace(/^[a-z]+:\/\/[^/?#]*/iu, (host) => host.toLowerCase());
  if (kind === "code") return CASE_KEEPING_CODE.test(raw) ? raw : raw.toLowerCase().replace(HYPHENATED_CODE, "$1$2");
  if (kind === "number") return raw.toLowerCase().replace(/,(?=\p{N}{3}(?!\p{N}))/gu, "");
  if (kind === "symbol") return raw === "&" ? "and" : raw;
  const lower = raw.toLowerCase();
  return lower.includes(".") ? lower.replaceAll(".", "") : lower;
}

/** Splits a prompt into tokens. Plain punctuation is dropped and recorded as a break before the next token. */
export function tokenise(prompt: string): readonly Token[] {
  const text = spellOutSigns(dropFaces(foldTypography(prompt)));
  const tokens: Token[] = [];
  let end = 0;
  let sawComma = false;
  let sawSentence = false;
  for (const match of text.matchAll(TOKEN)) {
    const raw = match[0];
    const at = match.index;
    if (text.slice(end, at).includes("\n")) sawSentence = true;
    end = at + raw.length;
    const kind = kindOf(match.groups ?? {});
    if (kind === "symbol" && PLAIN_PUNCTUATION.test(raw) && !isMeaningfulPunctuation(text, raw, at)) {
      if (SENTENCE_END.test(raw)) sawSentence = true;
      else if (raw === "," || raw === "-" || raw === "–" || raw === "—") sawComma ||= raw === "," || /\s/u.test(text[at - 1] ?? " ");
      continue;
    }
    const before = sawSentence ? "sentence" : sawComma ? "comma" : "none";
    tokens.push({
      text: foldedText(raw, kind),
      raw,
      kind: raw === "&" ? "word" : kind,
      isCapitalised: /^\p{Lu}/u.test(raw),
      before: tokens.length === 0 ? "none" : before,
    });
    sawComma = false;
    sawSentence = false;
  }
  return tokens;
}
