import { BoundedMap } from "../../../../shared/domain/bounded-map.ts";
import type { StaticEmbedder } from "../../../../shared/domain/semantic/embedding/static-embedder.ts";
import { unitCosine } from "../../../../shared/domain/semantic/embedding/unit-cosine.ts";
import { english } from "../../../../shared/domain/semantic/english/english.ts";
import type { PairComparison, TextReading } from "../../../../shared/domain/semantic/language-rules.ts";

/** Characters of all cached texts. A reading takes about 100 bytes per character: 8 MB for some 1,000 questions. */
const MAX_KEPT_CHARACTERS = 80_000;
/** Fixed cost of a reading (mainly its vector), in characters. */
const READING_CHARACTERS = 20;

type EnglishReading = ReturnType<ReturnType<typeof english>["read"]>;

interface KeptReading {
  readonly reading: EnglishReading;
  /** Computed when the text is first compared: most candidates are vetoed before that. */
  vector: Float32Array | null;
}

/** Caches the readings (linguistic analyses) of questions by their text: the same candidates come up repeatedly. */
export class ReadingCache {
  readonly #readings = new BoundedMap<string, KeptReading>({
    maxWeight: MAX_KEPT_CHARACTERS,
    weigh: (_, text) => text.length + READING_CHARACTERS,
  });

  get size(): number {
    return this.#readings.size;
  }

  /** The normalised text. */
  canonical(text: string): TextReading["canonical"] {
    return this.#keep(text).reading.canonical;
  }

  /** Compares two questions. The cosine always comes from the static table, whichever embedder found the candidates. */
  compare(earlier: string, asked: string, table: StaticEmbedder): PairComparison {
    const a = this.#keep(earlier);
    const b = this.#keep(asked);
    a.vector ??= table.embed(earlier);
    b.vector ??= table.embed(asked);
    return english().compare(a.reading, b.reading, unitCosine(a.vector, b.vector), table);
  }

  /** Vetoes that are found without a comparison; none for texts that are equal after normalisation. */
  cheapVetoes(earlier: string, asked: string): readonly string[] {
    const a = this.#keep(earlier).reading;
    const b = this.#keep(asked).reading;
    return a.canonical === b.canonical ? [] : english().cheapVetoes(a, b);
  }

  #keep(text: string): KeptReading {
    const known = this.#readings.get(text);
    if (known !== undefined) return known;
    const kept: KeptReading = { reading: english().read(text), vector: null };
    this.#readings.set(text, kept);
    return kept;
  }
}

/** One cache for all shards of the isolate: eight caches of this size would use up its memory. */
export const isolateReadings = new ReadingCache();
