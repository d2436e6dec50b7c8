import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlightTags, MAX_TAGS_PER_ENTRY } from "../../../../durable-objects/cache-shard/flights/flight-tags.ts";
import { purgeCovers } from "../../../../shared/domain/caching/purge-selector.ts";

const SUBJECT = { key: "k", scope: "s", tenant: "t", models: [], createdMs: 0, sequence: 0 };

describe("the tags of a flight", () => {
  it("are bounded, and a purge by any tag that one of its requests named covers it", () => {
    const request = fc.array(fc.integer({ min: 0, max: 200 }).map(String), { maxLength: 32 });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 12 }), (requests) => {
        const tags = new FlightTags();
        for (const named of requests) tags.add(named);
        const different = new Set(requests.flat());
        expect(tags.all.length).toBe(Math.min(different.size, MAX_TAGS_PER_ENTRY + 1));
        for (const value of different) {
          expect(purgeCovers({ sequence: 1, selector: { kind: "tag", value } }, { ...SUBJECT, tags: tags.all })).toBe(true);
        }
        const covered = purgeCovers({ sequence: 1, selector: { kind: "tag", value: "never named" } }, { ...SUBJECT, tags: tags.all });
        expect(covered).toBe(different.size > MAX_TAGS_PER_ENTRY);
      }),
    );
  });
});
