import type { PurgeSelector } from "../../../shared/domain/caching/purge-selector.ts";

/**
 * SQL condition for the rows of `entries` that a selector covers, with its binding. `all` needs none: it sets a floor.
 */
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
