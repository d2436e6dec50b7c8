import { describe, expect, it } from "vitest";
import type { Purgeable, PurgeSelector } from "../../../../shared/domain/caching/purge-selector.ts";
import { ANY_TAG, purgeCovers } from "../../../../shared/domain/caching/purge-selector.ts";

const SUBJECT: Purgeable = {
  key: "key-1",
  scope: "scope-1",
  tenant: "acme",
  models: ["gpt", "gpt-2026-01-01"],
  tags: ["docs", "v2"],
  createdMs: 1000,
  sequence: 5,
};

const COVERS: readonly (readonly [PurgeSelector, boolean])[] = [
  [{ kind: "all" }, true],
  [{ kind: "key", value: "key-1" }, true],
  [{ kind: "key", value: "key-2" }, false],
  [{ kind: "tag", value: "docs" }, true],
  [{ kind: "tag", value: "v2" }, true],
  [{ kind: "tag", value: "doc" }, false],
  [{ kind: "model", value: "gpt" }, true],
  [{ kind: "model", value: "gpt-2026-01-01" }, true],
  [{ kind: "model", value: "gp" }, false],
  [{ kind: "tenant", value: "acme" }, true],
  [{ kind: "tenant", value: "ACME" }, false],
  [{ kind: "scope", value: "scope-1" }, true],
  [{ kind: "scope", value: "key-1" }, false],
  [{ kind: "created_before", value: 1001 }, true],
  [{ kind: "created_before", value: 1000 }, false],
];

describe("a purge", () => {
  it.each(COVERS)("%j covers the entry: %s", (selector, covers) => {
    expect(purgeCovers({ sequence: 6, selector }, SUBJECT)).toBe(covers);
  });

  it("by any tag covers an entry that has more tags than it keeps, and no other purge does for that reason", () => {
    const full = { ...SUBJECT, tags: [...SUBJECT.tags, ANY_TAG] };
    expect(purgeCovers({ sequence: 6, selector: { kind: "tag", value: "doc" } }, full)).toBe(true);
    expect(purgeCovers({ sequence: 6, selector: { kind: "model", value: "gp" } }, full)).toBe(false);
    expect(purgeCovers({ sequence: 5, selector: { kind: "tag", value: "doc" } }, full)).toBe(false);
  });

  it.each(COVERS)("%j never covers an entry that began at or after it", (selector) => {
    expect(purgeCovers({ sequence: 5, selector }, SUBJECT)).toBe(false);
    expect(purgeCovers({ sequence: 4, selector }, SUBJECT)).toBe(false);
  });
});
