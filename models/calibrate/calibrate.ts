/**
 * What the semantic layer would do with an operator's own traffic: `npm run calibrate -- pairs.jsonl [--bound 0.01]`.
 *
 * A line is `{"a": first question, "b": second question, "label": 1 | 0}`: 1 when the first one's answer may be served
 * for the second, else 0 (or `"kind": "paraphrase" | "near-repeat" | "trap"`). Label pairs that your users really
 * asked, look-alikes above all; a few hundred of each are needed for a bound of 1 %. Nothing is written or sent.
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
const outcomes = outcomesOf(readPairs(file), shippedEmbedder());
process.stdout.write(advise(file, outcomes, bound));
