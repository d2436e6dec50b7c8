const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

export const SUBJECT_PRONOUNS = set("i we you they he she it one");
/** Auxiliaries that change places with the subject in a question. */
export const INVERTIBLE = set("can could should will would may might must am are is was were do does did have has had");
export const WH_WORDS = set("what which who whom whose where when why how");
export const ARTICLES = set("a an the");
/** Words that open a subordinate clause. The words after them do not belong to the main clause. */
export const SUBORDINATORS = set(
  "when if because while that who which whom after before since until unless although though where how why what whether so once",
);
export const DETERMINERS = set("a an the my your our their his her its this that these those");
