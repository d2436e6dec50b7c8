import { ANY_TAG } from "./purge-selector.ts";
import type { Purgeable, PurgeRecord } from "./purge-selector.ts";

/** Selectors that name one value. */
const VALUE_KINDS = ["key", "tag", "model", "tenant", "scope"] as const;
type ValueKind = (typeof VALUE_KINDS)[number];

interface AgePurge {
  readonly sequence: number;
  readonly createdBeforeMs: number;
}

/**
 * A set of purges, arranged so that asking whether any of them covers a subject takes the same time for any number of
 * purges: one look-up for each value of the subject, and a binary search over the purges by age.
 */
export class PurgeIndex {
  /** Greatest sequence of the purges of each value. */
  readonly #newest: Readonly<Record<ValueKind, Map<string, number>>> = {
    key: new Map(),
    tag: new Map(),
    model: new Map(),
    tenant: new Map(),
    scope: new Map(),
  };
  #newestOfAll = 0;
  /** Greatest sequence of the purges by tag; null when it has to be looked for. */
  #newestTag: number | null = 0;
  /** Purges by age that no later purge includes: sequences ascend, and therefore cut-off times descend. */
  #byAge: AgePurge[] = [];

  /** Adds a purge. Purges may be added in any order. */
  add({ sequence, selector }: PurgeRecord): void {
    if (selector.kind === "all") this.#newestOfAll = Math.max(this.#newestOfAll, sequence);
    else if (selector.kind === "created_before") this.#addByAge({ sequence, createdBeforeMs: selector.value });
    else {
      const known = this.#newest[selector.kind];
      known.set(selector.value, Math.max(known.get(selector.value) ?? 0, sequence));
      if (selector.kind === "tag" && this.#newestTag !== null) this.#newestTag = Math.max(this.#newestTag, sequence);
    }
  }

  /** Removes a purge, and with it every purge that it includes: an earlier one whose selector covers no more. */
  remove({ sequence, selector }: PurgeRecord): void {
    if (selector.kind === "all") {
      if (this.#newestOfAll === sequence) this.#newestOfAll = 0;
    } else if (selector.kind === "created_before") {
      this.#byAge = this.#byAge.filter((known) => known.sequence !== sequence);
    } else {
      const known = this.#newest[selector.kind];
      if (known.get(selector.value) === sequence) known.delete(selector.value);
      if (selector.kind === "tag" && this.#newestTag === sequence) this.#newestTag = null;
    }
  }

  /** True when one of the purges is later than the subject and its selector matches the subject. */
  covers(subject: Purgeable): boolean {
    const { sequence } = subject;
    return this.#newestOfAll > sequence || this.#newestByValue(subject) > sequence || this.#coveringAge(subject) !== 0;
  }

  /** The sequence of one of the purges that cover the subject; 0 when none does. */
  covering(subject: Purgeable): number {
    const newest = Math.max(this.#newestOfAll, this.#newestByValue(subject));
    return newest > subject.sequence ? newest : this.#coveringAge(subject);
  }

  #newestByValue({ key: ofKey, tenant: ofTenant, scope: ofScope, models, tags }: Purgeable): number {
    const { key, tag, model, tenant, scope } = this.#newest;
    let newest = Math.max(key.get(ofKey) ?? 0, tenant.get(ofTenant) ?? 0, scope.get(ofScope) ?? 0);
    if (model.size > 0) for (const name of models) newest = Math.max(newest, model.get(name) ?? 0);
    if (tag.size === 0) return newest;
    for (const name of tags) newest = Math.max(newest, tag.get(name) ?? 0);
    return tags.includes(ANY_TAG) ? Math.max(newest, this.#newestOfTags()) : newest;
  }

  #newestOfTags(): number {
    if (this.#newestTag !== null) return this.#newestTag;
    let newest = 0;
    for (const sequence of this.#newest.tag.values()) newest = Math.max(newest, sequence);
    this.#newestTag = newest;
    return newest;
  }

  #addByAge(purge: AgePurge): void {
    if (this.#byAge.some((known) => includes(known, purge))) return;
    this.#byAge = [...this.#byAge.filter((known) => !includes(purge, known)), purge].sort((a, b) => a.sequence - b.sequence);
  }

  /** Of the purges later than the subject, the first has the latest cut-off. Returns its sequence if it covers, else 0. */
  #coveringAge({ sequence, createdMs }: Purgeable): number {
    let low = 0;
    let high = this.#byAge.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#byAge[middle]?.sequence ?? 0) > sequence) high = middle;
      else low = middle + 1;
    }
    const first = this.#byAge[low];
    return first !== undefined && first.createdBeforeMs > createdMs ? first.sequence : 0;
  }
}

/** Whether one purge covers everything that another covers. */
function includes(one: AgePurge, other: AgePurge): boolean {
  return one.sequence >= other.sequence && one.createdBeforeMs >= other.createdBeforeMs;
}
