/**
 * Shows what similarity search would do with an operator's own traffic. Writes and sends nothing. Usage:
 * `npm run calibrate -- pairs.jsonl [--bound 0.01]`.
 *
 * A line is `{"a": first question, "b": second question, "label": 1 | 0}`. The label is 1 if the first question's
 * answer may be served for the second, else 0. Instead of the label, a line may have
 * `"kind": "paraphrase" | "near-repeat" | "trap"`. Use pairs that your users really asked, above all look-alikes. A
 * bound of 1 % needs a few hundred of each.
 */
import { parseArgs } from "node:util";
import { DEFAULT_ERROR_BOUND } from "../../shared/domain/semantic/error-bound.ts";
import { shippedEmbedder } from "../../test/bench/semantic/offline-cache.ts";
import { readPairs } from "../../test/bench/semantic/question-pairs.ts";
import { advise, outcomesOf } from "./advice.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { bound: { type: "string" } } });
const [file] = positionals;
const bound = Number(values.bound ?? DEFAULT_ERROR_BOUND);
if (file === undefined || positionals.length > 1 || !(bound > 0 && bound < 1)) {
  process.stderr.write("Usage: npm run calibrate -- pairs.jsonl [--bound 0.01]   (the bound is a share: 0 < bound < 1)\n");
  process.exit(2);
}
const outcomes = await outcomesOf(readPairs(file), shippedEmbedder());
process.stdout.write(advise(file, outcomes, bound));
