import type { QuestionOpener, QuestionType } from "./question-type.ts";

/** Words that may stand before "way" without changing the type of the question. */
export const BEST_WORDS =
  "(?:best|right|proper|correct|easiest|good|recommended|quickest|simplest|fastest|only|usual|standard|easy|simple|quick)";
const WAYS = "(?:ways?|methods?|process|procedure|steps?|instructions|guide|tips|approach|technique|trick)";
const KINDS =
  "(?:city|country|state|person|man|woman|scientist|author|writer|artist|company|place|animal|bird|planet|element|metal|river|mountain|ocean|language|team|player|movie|book|kind of|type of|sort of|kinds of|types of|sorts of)";
// Questions whose type is stated by words in several places. The groups capture the words to skip. First match wins.
const FRAMES: readonly (readonly [QuestionType, RegExp])[] = (
  [
    ["why", "^(what (?:is|are|was|were|can be)) .+ (caused by)$"],
    ["why", "^((?:the )?(?:main )?(?:reasons?|causes?) (?:for|of|behind|why)) "],
    [
      "how_to",
      `^((?:the |a |any |some |good |best |easy |easiest |quickest |right |proper |correct |simple |simplest |recommended )*${WAYS}(?: (?:involved )?(?:to|for|of|on|in))) `,
    ],
    ["how_to", "^((?:i|we) (?:want|need|wish|am trying|are trying|would like|am looking|have) to) "],
    ["how_to", "^((?:i am |we are )?looking for (?:a |the |some )?(?:ways?|method|steps|instructions) (?:to|for|of)) "],
    ["how_to", "^(what) .+ (involved)$"],
    [
      "how_to",
      `^(what (?:is|are|would be)(?: (?:the|a|an|your|some|any|my))?) (?!(?:(?:the|a|an|your|some|any|my) )?${BEST_WORDS} )(?:\\S+ ){1,2}(${WAYS}(?: (?:involved )?(?:to|for|of|on|in))?)(?: |$)`,
    ],
    ["how_to", "^(what (?:can|should|could|must|do) (?:i|we|you|one) (?:need to |have to )?do (?:to|about|for|if|when)) "],
    [
      "why",
      "^(what (?:is|are|could be|might be|would be|can be) (?:the |some |a )?(?:possible |main |usual )?(?:reasons?|causes?)(?: (?:for|of|that|behind|why))?) ",
    ],
    ["why", "^(what is behind) "],
    ["need", "^((?:is|are)) (?!it |there ).+ ((?:required|necessary|needed|mandatory|compulsory|obligatory|essential))(?: |$)"],
    ["yes_no", "^((?:is|are)) (?!it |there ).+ ((?:available|offered|provided|possible))(?: |$)"],
    ["yes_no", "^(do (?:you|they) (?:offer|have(?! to )|provide|support)) "],
    ["duration", "^(how long (?:does|do|will|would|did)) .+ ((?:last|take))(?: |$)"],
    ["duration", "^(what (?:is|are) (?:the )?(?:usual |typical |normal |average |expected )*(?:duration|length) of) "],
    ["duration", "^(what (?:is|are) (?:the )?(?:usual |typical |normal |average |expected |estimated )*)\\S.* (duration|time|length)$"],
    ["how_many", "^(what is (?:the )?(?:total |overall |exact )?(?:number|count|quantity) of) "],
    ["how_many", "^(how many) .+ ((?:are there|is there|exist|in total))(?: |$)"],
    ["cost", "^(what (?:is|are|was|do|does|will)(?: (?:the|a|an|it))?) .+ ((?:cost|costs|price|prices|charge))$"],
    ["cost", "^()\\S.* (cost|costs|price|prices|pricing)$"],
    ["cost", "^((?:cost|price|prices|costs|pricing) (?:of|for|to)) "],
    ["definition", "^((?:the )?(?:meaning|definition) of) "],
    ["definition", "^()\\S.* (meaning|definition)$"],
    ["definition", "^(what (?:does|do|is)) .+ (mean|meant|means)$"],
    ["definition", "^(what (?:does|do)) .+ ((?:stand for|refer to))$"],
    ["difference", "^((?:the )?(?:main |key )?differences? between) "],
    ["who", "^().+ (by whom)$"],
    ["what", `^((?:what|which) ${KINDS} (?:is|are|was|were|has|have|does|do|did)) `],
    ["what", `^((?:what|which) ${KINDS}) `],
  ] as const
).map(([type, pattern]) => [type, new RegExp(pattern, "du")]);

/** The first frame that a question fits, with the words to skip; undefined if it fits none. */
export function frameOf(words: readonly string[]): QuestionOpener | undefined {
  const text = words.join(" ");
  for (const [type, pattern] of FRAMES) {
    const spans = pattern.exec(text)?.indices;
    const opener = spans?.[1];
    if (!opener) continue;
    const skipped: number[] = [];
    for (const span of spans.slice(1)) {
      if (!span) continue;
      const first = wordsIn(text.slice(0, span[0]));
      for (let i = 0; i < wordsIn(text.slice(span[0], span[1])); i++) skipped.push(first + i);
    }
    return { type, start: 0, length: wordsIn(text.slice(opener[0], opener[1])), skipped };
  }
  return undefined;
}

function wordsIn(text: string): number {
  const trimmed = text.trim();
  return trimmed === "" ? 0 : trimmed.split(" ").length;
}
