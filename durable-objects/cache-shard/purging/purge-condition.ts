import type { PurgeSelector } from "../../../shared/domain/caching/purge.ts";

/** The rows of `entries` that a selector names, as SQL with one binding. The whole shard needs none: it is a floor. */
export function purgeCondition(selector: Exclude<PurgeSelector, { kind: "all" }>): {
  readonly where: string;
  readonly binding: string | number;
} {
  switch (selector.kind) {
    case "key":
      return { where: "key = ?", binding: selector.value };
    case "scope":
      return { where: "scope = ?", binding: selector.value };
    case "tenant":
      return { where: "tenant = ?", binding: selector.value };
    case "model":
      return { where: "? IN (model, answered_model)", binding: selector.value };
    case "tag":
      return { where: "key IN (SELECT key FROM tags WHERE tag = ?)", binding: selector.value };
    case "created_before":
      return { where: "created_ms < ?", binding: selector.value };
  }
}
