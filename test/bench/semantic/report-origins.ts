import type { StaticEmbedder } from "../../../shared/domain/semantic/embedding/static-embedder.ts";
import { FlatIndex } from "../../../shared/domain/semantic/index/flat-index.ts";
import { DEFAULT_ERROR_BOUND } from "../../../shared/domain/semantic/error-bound.ts";
import { OfflineCache } from "./offline-cache.ts";
import type { OriginPair } from "./question-pairs.ts";

/** The thresholds in the table of GPTCache's benchmark. */
const THRESHOLDS = [0.95, 0.9, 0.8] as const;

interface Outcome {
  readonly hits: number;
  readonly wrong: number;
  readonly misses: number;
}

/** Reproduces GPTCache's own table: stores every origin in one scope, then asks every similar text. */
export async function reportOrigins(pairs: readonly OriginPair[], embedder: StaticEmbedder): Promise<string> {
  const lines = [`GPTCache's ${pairs.length} pairs, all origins in one scope: hits / hits on another's origin / misses`];
  const index = new FlatIndex(embedder.dims, {});
  for (const [ref, { origin }] of pairs.entries()) index.add(ref, 0, embedder.embed(origin));
  const nearest = pairs.map(({ similar }) => index.search(0, embedder.embed(similar), 1)[0]);
  for (const threshold of THRESHOLDS) {
    const alone = count(nearest.map((hit) => (hit !== undefined && hit.cosine >= threshold ? hit.ref : null)));
    lines.push(line(`cosine alone, at least ${threshold}`, alone));
  }
  for (const threshold of [...THRESHOLDS, null]) {
    const cache = new OfflineCache(embedder, DEFAULT_ERROR_BOUND, threshold);
    for (const { origin } of pairs) cache.store(origin);
    const found: (number | null)[] = [];
    for (const { similar } of pairs) {
      const [best] = await cache.ask(similar);
      found.push(best?.verdict === "serve" ? Number(best.key) : null);
    }
    lines.push(line(threshold === null ? "Refrain, defaults" : `Refrain, least similarity ${threshold}`, count(found)));
  }
  return `${lines.join("\n")}\n`;
}

function count(found: readonly (number | null)[]): Outcome {
  const hits = found.filter((ref, asked) => ref === asked).length;
  const misses = found.filter((ref) => ref === null).length;
  return { hits, wrong: found.length - hits - misses, misses };
}

function line(name: string, { hits, wrong, misses }: Outcome): string {
  return `  ${name.padEnd(30)} ${hits} / ${wrong} / ${misses}`;
}
