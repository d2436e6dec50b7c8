import type { StaticEmbedder } from "../../../../shared/domain/semantic/embedding/static-embedder.ts";
import { unitCosine } from "../../../../shared/domain/semantic/embedding/unit-cosine.ts";
import { english } from "../../../../shared/domain/semantic/english/english.ts";
import type { IsolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import { isolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import { LedgerMap } from "../../../../shared/memory/ledger-map.ts";
import type { PairComparison, TextReading } from "../../../../shared/domain/semantic/language-rules.ts";

/** Memory for all readings: some 1,000 questions. */
const MAX_BYTES = 8 * 1024 * 1024;
/** Memory of a reading (mainly its vector) and of each character of its text. Measured by `npm run bench -- memory-holders`. */
const READING_BYTES = 2000;
const BYTES_PER_CHARACTER = 100;

type EnglishReading = ReturnType<ReturnType<typeof english>["read"]>;

interface KeptReading {
  readonly reading: EnglishReading;
  /** Computed when the text is first compared: most candidates are vetoed before that. */
  vector: Float32Array | null;
}

/** Caches the readings (linguistic analyses) of questions by their text: the same candidates come up repeatedly. */
export class ReadingCache {
  readonly #readings: LedgerMap<KeptReading>;

  constructor(ledger: IsolateLedger) {
    this.#readings = new LedgerMap({
      ledger,
      kind: "hints",
      owner: "readings",
      maxBytes: MAX_BYTES,
      bytesOf: (_, text) => READING_BYTES + BYTES_PER_CHARACTER * text.length,
    });
  }

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
export const isolateReadings = new ReadingCache(isolateLedger);
