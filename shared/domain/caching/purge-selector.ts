/**
 * Tag of an entry that has more tags than it keeps. Every purge by tag covers it. Requests cannot send it: `*` is not
 * allowed in their tags.
 */
export const ANY_TAG = "*";

/** What one purge covers. A purge has exactly one selector. */
export type PurgeSelector =
  | { readonly kind: "all" }
  | { readonly kind: "key"; readonly value: string }
  | { readonly kind: "tag"; readonly value: string }
  | { readonly kind: "model"; readonly value: string }
  | { readonly kind: "tenant"; readonly value: string }
  | { readonly kind: "scope"; readonly value: string }
  /** Covers entries created before this time, in ms since the epoch. */
  | { readonly kind: "created_before"; readonly value: number };

/** A record of a shard's purge log. Sequence numbers rise by one and are never reused. */
export interface PurgeRecord {
  readonly sequence: number;
  readonly selector: PurgeSelector;
}

/** The facts about an entry, a flight or a spilled value that a purge matches against. */
export interface Purgeable {
  readonly key: string;
  readonly scope: string;
  readonly tenant: string;
  readonly models: readonly string[];
  readonly tags: readonly string[];
  readonly createdMs: number;
  /** Position of the purge log when the entry or flight began. */
  readonly sequence: number;
}

/** True when the purge is later than the subject and its selector matches the subject. */
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
      return subject.tags.includes(selector.value) || subject.tags.includes(ANY_TAG);
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
