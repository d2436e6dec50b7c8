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
  /** Words of the text, from `start`, that only say which type it is. */
  readonly start: number;
  readonly length: number;
  /** Words elsewhere in the text that only help to say it ("do you *offer*", "is … *available*"). */
  readonly skipped: readonly number[];
};
