/** What kind of answer a question asks for. */
export type QuestionType =
  | "how_to"
  | "how_works"
  | "how_adjective"
  | "why"
  | "when"
  | "where"
  | "who"
  | "cost"
  | "duration"
  | "frequency"
  | "how_many"
  | "how_much"
  | "distance"
  | "age"
  | "difference"
  | "definition"
  | "what"
  | "can"
  | "need"
  | "should"
  | "yes_no"
  | "statement";

export type QuestionOpener = {
  readonly type: QuestionType;
  /** Index of the first of `length` words that only state the type of the question. */
  readonly start: number;
  readonly length: number;
  /** Indexes of words elsewhere in the text that also only state the type ("is … *available*"). */
  readonly skipped: readonly number[];
};
