/** Measures the quality of semantic hits. It imports the product's code and needs a server only for `--http`. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { askPairs } from "./http-pairs.ts";
import { shippedEmbedder } from "./offline-cache.ts";
import { scorePair } from "./pair-scores.ts";
import { readHeldOutQuora, readOrigins, readPairs } from "./question-pairs.ts";
import { reportOrigins } from "./report-origins.ts";
import { reportPairs, servedLines } from "./report-pairs.ts";

const HELP = `Usage: npm run bench:semantic [-- OPTIONS]

Measures the quality of semantic hits, at default settings and at 1 % and 5 % wrong answers.

  --pairs FILE.jsonl    {a, b, kind: paraphrase | near-repeat | trap} or {a, b, label: 1 | 0};
                        default: pairs.jsonl in the folder of run.ts
  --gptcache FILE.json  GPTCache's 999 pairs, reported in the layout of GPTCache's own table
  --qqp FILE.json.gz    the held-out fifth of GPTCache's copy of Quora Question Pairs
  --http URL            asks the pairs over HTTP at the server's settings, each pair in a separate scope
  --list                also prints the scores and the decision of each pair
  --help                prints this text
`;

const { values } = parseArgs({
  options: {
    pairs: { type: "string" },
    gptcache: { type: "string" },
    qqp: { type: "string" },
    http: { type: "string" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const file = values.pairs ?? join(import.meta.dirname, "pairs.jsonl");
const embedder = shippedEmbedder();
const print = (text: string): void => void process.stdout.write(`${text}\n`);

if (values.help) {
  print(HELP);
} else if (values.http !== undefined) {
  const asked = await askPairs(values.http, readPairs(file));
  print([`${file}: ${asked.length} pairs over HTTP, each in a separate scope`, ...servedLines(asked)].join("\n"));
} else {
  if (values.pairs !== undefined || (values.gptcache === undefined && values.qqp === undefined)) {
    const pairs = readPairs(file);
    print(await reportPairs(file, pairs, embedder));
    if (values.list) for (const pair of pairs) print(JSON.stringify({ ...pair, ...(await scorePair(pair, embedder)) }));
  }
  if (values.gptcache !== undefined) print(await reportOrigins(readOrigins(values.gptcache), embedder));
  if (values.qqp !== undefined) print(await reportPairs(`${values.qqp}, held-out fifth`, readHeldOutQuora(values.qqp), embedder));
}
