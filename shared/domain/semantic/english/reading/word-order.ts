import type { QuestionFeatures } from "./features.ts";

const LIST_WORDS = new Set(["and", "or", "versus", "vs"]);
/** Words that may begin a movable part of a sentence. */
const MOVABLE = new Set(
  (
    "in on at for with when if while after before during from to by using as because since without via through under until into onto over about of inside within " +
    "off up down out back away also still ever only please what which how why where who " +
    "online offline abroad together again first now"
  ).split(" "),
);
// Articles, and auxiliaries, whose position depends on the form of the question.
const DROPPED = new Set("do does a an the is are was were can could".split(" "));

/**
 * Whether two questions consist of the same words in an order that neither a moved phrase nor a list explains: "if my
 * child bites another child" / "if another child bites my child", "cheaper to rent than to buy" / "cheaper to buy than
 * to rent".
 */
export function isReordered(a: QuestionFeatures, b: QuestionFeatures): boolean {
  if (a.type === "statement" || b.type === "statement" || a.type === "difference") return false;
  const [first, second] = [spoken(a), spoken(b)];
  if (first.length !== second.length || first.toSorted().join(" ") !== second.toSorted().join(" ")) return false;
  let start = 0;
  while (start < first.length && first[start] === second[start]) start++;
  let end = first.length;
  while (end > start && first[end - 1] === second[end - 1]) end--;
  if (start >= end) return false;
  const [one, other] = [first.slice(start, end), second.slice(start, end)];
  return !isOnePartMoved(one, other) && !isListTurned(one, other);
}

function spoken({ words }: QuestionFeatures): readonly string[] {
  return words.filter((word) => !DROPPED.has(word));
}

function isOnePartMoved(one: readonly string[], other: readonly string[]): boolean {
  for (let at = 1; at < one.length; at++) {
    const [head, tail] = [one.slice(0, at), one.slice(at)];
    if ([...tail, ...head].join(" ") === other.join(" ")) return isMovable(head) || isMovable(tail);
  }
  return false;
}

function isMovable(part: readonly string[]): boolean {
  return MOVABLE.has(part[0] ?? "") || (part.length === 1 && /(?:ly|ed)$/u.test(part[0] ?? ""));
}

function isListTurned(one: readonly string[], other: readonly string[]): boolean {
  return one.some((word, at) => {
    if (!LIST_WORDS.has(word)) return false;
    return [...one.slice(at + 1), word, ...one.slice(0, at)].join(" ") === other.join(" ");
  });
}
