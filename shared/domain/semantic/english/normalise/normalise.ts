import { COMPOUNDS } from "../lists/spelling.ts";
import { canonicalForm } from "./canonical-form.ts";
import { readShorthand } from "./chat-spelling.ts";
import { moveLeadingClause, restoreQuestionOrder, settleNegation } from "./clause-order.ts";
import { dropCourtesies } from "./courtesies.ts";
import { dropInnerFillers } from "./inner-fillers.ts";
import { mergeNumberWords } from "./number-words.ts";
import { expandWords } from "./word-forms.ts";
import { tokenise } from "./tokens.ts";
import type { Token } from "./tokens.ts";

/** A question without differences of politeness, typing and typography. */
export type NormalisedText = {
  /** Canonical words joined by spaces. They are equal for two texts only if the texts ask the same question. */
  readonly canonical: string;
  readonly tokens: readonly Token[];
};

function joinCompounds(tokens: readonly Token[]): readonly Token[] {
  const joined: Token[] = [];
  for (const token of tokens) {
    const last = joined.at(-1);
    const compound = last && token.before === "none" ? COMPOUNDS.get(`${last.text} ${token.text}`) : undefined;
    if (last && compound !== undefined && !compound.includes(" ")) joined[joined.length - 1] = { ...last, text: compound, kind: "word" };
    else joined.push(token);
  }
  return joined;
}

/** Removes from a prompt what cannot change its answer, in a fixed order. Pure and deterministic. */
export function normalise(prompt: string): NormalisedText {
  const words = settleNegation(joinCompounds(mergeNumberWords(expandWords(readShorthand(tokenise(prompt))))));
  const bare = dropCourtesies(words);
  const plain = dropInnerFillers(bare.tokens);
  const ordered = bare.isEmbedded ? restoreQuestionOrder(plain) : plain;
  const tokens = moveLeadingClause(
    ordered.map((token, i) => (i === 0 && token.before !== "none" ? { ...token, before: "none" as const } : token)),
  );
  return { canonical: canonicalForm(tokens, bare.isEmbedded), tokens };
}
