/** What one purge covers. Exactly one selector a purge. */
export type PurgeSelector =
  | { readonly kind: "all" }
  | { readonly kind: "key"; readonly value: string }
  | { readonly kind: "tag"; readonly value: string }
  | { readonly kind: "model"; readonly value: string }
  | { readonly kind: "tenant"; readonly value: string }
  | { readonly kind: "scope"; readonly value: string }
  /** Covers what was created before this time (ms since the epoch). */
  | { readonly kind: "created_before"; readonly value: number };

/** A line of a shard's purge log. Sequences rise by one and are never reused or reset. */
export interface PurgeRecord {
  readonly sequence: number;
  readonly selector: PurgeSelector;
}

/** What a purge looks at in an entry, a flight or a spilled value. */
export interface Purgeable {
  readonly key: string;
  readonly scope: string;
  readonly tenant: string;
  readonly models: readonly string[];
  readonly tags: readonly string[];
  readonly createdMs: number;
  /** The purge log's position when this began. */
  readonly sequence: number;
}

/** True when the purge came after the thing began and names it. */
export function purgeCovers(record: PurgeRecord, subject: Purgeable): boolean {
  return record.sequence > subject.sequence && selectorMatches(record.selector, subject);
}

function selectorMatches(selector: PurgeSelector, subject: Purgeable): boolean {
  switch (selector.kind) {
    case "all":
      return true;
    case "key":
      return subject.key === selector.value;
    case "tag":
      return subject.tags.includes(selector.value);
    case "model":
      return subject.models.includes(selector.value);
    case "tenant":
      return subject.tenant === selector.value;
    case "scope":
      return subject.scope === selector.value;
    case "created_before":
      return subject.createdMs < selector.value;
  }
}
