import { ANY_TAG } from "../../../shared/domain/caching/purge-selector.ts";

/** Tags that one entry keeps. Many requests with different tags may share one flight. */
export const MAX_TAGS_PER_ENTRY = 64;

/**
 * The cache tags of a flight's requests. Beyond `MAX_TAGS_PER_ENTRY` of them the flight gets `ANY_TAG` instead of the
 * others, so that a purge by any tag covers it: no answer escapes a purge by a tag that one of its requests named.
 */
export class FlightTags {
  readonly #tags = new Set<string>();

  add(tags: readonly string[]): void {
    for (const tag of tags) {
      if (this.#tags.has(tag)) continue;
      this.#tags.add(this.#tags.size < MAX_TAGS_PER_ENTRY ? tag : ANY_TAG);
    }
  }

  get all(): readonly string[] {
    return [...this.#tags];
  }
}
