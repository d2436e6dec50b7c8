import { BEST_WORDS, frameOf } from "./question-frames.ts";
import type { QuestionOpener, QuestionType } from "./question-type.ts";

type Opening = Omit<QuestionOpener, "skipped">;

const WHO = "(?:i|we|you|one|someone|people|a person|they|my|an? \\w+|the \\w+)";
const BEST = `(?:${BEST_WORDS} )?`;

// The first match wins. Each opener is tried at the start of the text and then after each break.
const OPENERS: readonly (readonly [QuestionType, string])[] = [
  [
    "why",
    "why|how come|for what reason|what (?:is|are|was|were) (?:the )?(?:reasons?|causes?)(?: (?:for|of|that|behind|why))?|what causes?|what (?:makes|made)",
  ],
  ["difference", "what (?:is|are) (?:the )?(?:main |key )?(?:differences?|distinction) between|what distinguishes|what sets"],
  [
    "cost",
    "how much (?:money )?(?:does it|will it|would it|do they|does|would|will|do|did)(?= .*\\b(?:cost|charge|pay)\\b)|how much (?:is|are) (?:it|the)|what (?:is|are|was) (?:the )?(?:price|cost|fee|charge|costs|fees)(?: (?:of|for|to))?|what does it cost|how expensive|what (?:does|do|is|will)(?= .*\\b(?:cost|charge)\\b)|how much (?:is|are)",
  ],
  [
    "duration",
    "(?:for )?how long(?: does it take| will it take| is| are| does| do| can| will| should| did| must)?|how many (?:seconds|minutes|hours|days|weeks|months|years)(?= (?:does|do|should|will|can|must|is it|are needed))(?: does it take)?|how much time|what (?:is|are) the (?:duration|length) of|for what (?:length|period) of time",
  ],
  ["frequency", "how often|how frequently|how many times|how regularly|at what intervals"],
  ["distance", "how far|what (?:is|was) the distance (?:between|from|to)"],
  ["age", "how old|at (?:what|which) age|what (?:is|was) the age"],
  ["how_many", "how many|what (?:is )?(?:the )?(?:number|quantity) of"],
  ["how_much", "how much|what amount of"],
  [
    "how_to",
    `how to|how (?:do|can|could|would|does|should|might|must|may|will) ${WHO}|what (?:is|are|would be) (?:the |a |some |my )?${BEST}(?:ways?|methods?|procedure|process|steps?|approach)(?: involved in)?(?: (?:to|for|of))?|what should (?:i|we|you|one) do (?:to|about|when|if)|what (?:do|must) (?:i|we|you) (?:need to |have to )?do to|is there (?:a|any|some) way (?:to|of|for me to|i can|that i can|for)|what steps? (?:do|should|must|can) (?:i|we|you) (?:need to |have to )?(?:take|follow)?(?: to)?|what steps|how (?:should|can|could|must|may)`,
  ],
  [
    "how_adjective",
    "how (?:early|late|fast|quickly|big|large|tall|high|deep|wide|heavy|good|bad|safe|hot|cold|effective|soon|close|common|strong|likely|hard|difficult|easy|accurate|reliable)",
  ],
  ["how_works", "how|in (?:what|which) (?:way|ways|manner)"],
  ["when", "when|at what time|what time|(?:on |by )?(?:what|which) (?:date|day)|in (?:what|which) year|(?:what|which) year"],
  ["where", "where|in (?:what|which) (?:place|country|city)|at (?:what|which) place"],
  ["who", "who|whom|whose|by whom|to whom"],
  ["definition", "what (?:is|are) meant by|what (?:is|are) (?:the )?(?:meaning|definition) of|what (?:does|do)(?= .*\\bmean\\b)|define"],
  [
    "can",
    "(?:can|may|could) (?:i|we|you|one|someone)|can|may|could|is it (?:possible|allowed|permitted|okay|fine|legal|safe|alright)(?= )(?: for (?:me|someone|people) to| to)?|(?:am i|are we|is one) (?:able|allowed|permitted|supposed) to|is there (?:a |any )?(?:possibility|chance)",
  ],
  [
    "need",
    "(?:do|must|does|will) (?:i|we|you|one) (?:need|require|have to)(?: to)?|must (?:i|we|you)|is it (?:necessary|required|mandatory|needed|essential)(?: (?:for me )?to)?|am i required to",
  ],
  ["should", "should|ought|is it (?:better|best|advisable|wise|recommended|a good idea)(?: to)?"],
  [
    "what",
    "(?:in |at |for |on |from |to |by |with |under )?(?:what|which)(?: (?:is|are|was|were|does|do|did|should|would|will|can|has|have|must) ?(?:the|a|an|some|i|we|you|my|your)?)?(?= )",
  ],
  ["yes_no", "is|are|was|were|do|does|did|will|would|shall|has|have|had|isnt|dont"],
];
const COMPILED = OPENERS.map(([type, pattern]) => [type, new RegExp(`^(?:${pattern})(?= |$)`, "u")] as const);

function openerAt(words: readonly string[], start: number): Opening | undefined {
  const text = words.slice(start, start + 24).join(" ");
  for (const [type, pattern] of COMPILED) {
    const match = pattern.exec(text);
    if (match) return { type, start, length: match[0].trim().split(" ").length };
  }
  return undefined;
}

/** The question's type and the words that express it. `breaks` are the word indexes that begin a sentence or clause. */
export function questionOpener(words: readonly string[], breaks: readonly number[]): QuestionOpener {
  return frameOf(words) ?? { ...plainOpener(words, breaks), skipped: [] };
}

function plainOpener(words: readonly string[], breaks: readonly number[]): Opening {
  const request = REQUEST.exec(words.join(" "));
  if (request) {
    const length = request[0].split(" ").length;
    const inner = openerAt(words, length);
    return inner ? { ...refine(inner, words.slice(length)), start: 0, length: length + inner.length } : { type: "what", start: 0, length };
  }
  const found = openerAt(words, 0);
  if (found) return refine(found, words);
  for (const at of breaks) {
    const later = openerAt(words, at);
    // A single "how" at the end asks for the way: "I have two accounts and want one, how?"
    if (later && words[at] === "how" && at === words.length - 1) return { ...later, type: "how_to" };
    if (later) return refine(later, words);
  }
  return { type: "statement", start: 0, length: 0 };
}

// "Can you explain the return policy" asks what the policy is.
const REQUEST = /^(?:(?:can|could|would|will) you )?(?:please )?(?:explain|describe|clarify|outline)(?: to me)?(?= )/u;

const OBLIGATION = /^\S+ (?:\S+ ){0,4}(?:have to|need to|required to|obliged to)(?= )/u;
const PERMISSION = /^\S+ (?:\S+ ){0,4}(?:able to|allowed|permitted)(?= |$)/u;

function refine(opener: Opening, words: readonly string[]): Opening {
  const text = words.join(" ");
  if (
    /\b(?:differs?|differ from|difference between|different from|versus|vs(?! code))\b/u.test(text) &&
    ["how_to", "how_works", "what", "yes_no"].includes(opener.type)
  )
    return { ...opener, type: "difference" };
  if (opener.type === "what" && /^what (?:is|are) (?:an? )?\S+(?: \S+)?$/u.test(text)) return { ...opener, type: "definition" };
  if (opener.type === "yes_no" && OBLIGATION.test(text)) return { ...opener, type: "need" };
  if (opener.type === "yes_no" && PERMISSION.test(text)) return { ...opener, type: "can" };
  if (opener.type === "how_to" && text.endsWith(" work")) return { ...opener, type: "how_works" };
  return opener;
}

const ALIKE: ReadonlySet<string> = new Set(
  (
    "how_to|how_works how_to|what how_works|what what|definition what|who what|when what|where what|cost what|age what|how_many what|how_much what|duration what|distance what|frequency what|how_adjective what|difference " +
    "how_adjective|duration how_adjective|how_much how_adjective|when how_adjective|distance how_many|duration how_many|how_much how_many|frequency how_many|distance how_much|cost how_works|difference " +
    "can|yes_no need|yes_no should|yes_no need|should statement|how_to statement|what statement|yes_no statement|can statement|definition statement|why age|how_many age|when when|duration"
  ).split(" "),
);

/** 0: the same kind of answer. 1: types that can ask the same question. 2: types that need different answers. */
function questionTypeDistance(a: QuestionType, b: QuestionType): 0 | 1 | 2 {
  if (a === b) return 0;
  return ALIKE.has(`${a}|${b}`) || ALIKE.has(`${b}|${a}`) ? 1 : 2;
}

// In software, "where do I change …" and "how do I change …" ask the same.
const SCREEN_VERBS = new Set("find see get view check access download enter change update manage track watch apply use edit".split(" "));

/** The distance between the types of two questions. It takes the first content word (`head`) into account. */
export function typeDistanceOf(
  a: { readonly type: QuestionType; readonly head: string },
  b: { readonly type: QuestionType; readonly head: string },
): 0 | 1 | 2 {
  const [where, how] = a.type === "where" ? [a, b] : [b, a];
  if (where.type === "where" && how.type === "how_to" && SCREEN_VERBS.has(where.head) && SCREEN_VERBS.has(how.head)) return 1;
  return questionTypeDistance(a.type, b.type);
}
