import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { err, ok } from "../../../shared/domain/result.ts";

/** Longest TTL that a caller may ask for, in seconds. */
export const MAX_TTL_SECONDS = 365 * 24 * 3600;
const MAX_KEY_CHARACTERS = 1024;
const MAX_USER_CHARACTERS = 256;
const MAX_TAGS = 32;
const MAX_TAG_CHARACTERS = 128;
const TAG = /^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/;
const PRINTABLE = /^[\x20-\x7e\u00a0-\uffff]+$/;

/** What the headers of a request ask of the cache. */
export interface RequestControls {
  /** False: the cache is neither read nor written (`no-store`, `refrain-cache-mode: off`, `cf-aig-skip-cache`). */
  readonly cache: boolean;
  /** False: the caller does not accept a stored answer (`no-cache`). */
  readonly read: boolean;
  /** Null = the configured TTL. */
  readonly ttlSeconds: number | null;
  readonly maxAgeSeconds: number | null;
  readonly minFreshSeconds: number | null;
  /** `Infinity` for a bare `max-stale`. */
  readonly maxStaleSeconds: number | null;
  readonly onlyIfCached: boolean;
  readonly customKey: string | null;
  readonly tags: readonly string[];
  readonly user: string | null;
  readonly partitionByUser: boolean;
  /** Whether similarity search may answer the request; null = as configured. */
  readonly mode: "exact" | "semantic" | null;
  readonly minSimilarity: number | null;
  readonly explain: boolean;
}

export const DEFAULT_CONTROLS: RequestControls = {
  cache: true,
  read: true,
  ttlSeconds: null,
  maxAgeSeconds: null,
  minFreshSeconds: null,
  maxStaleSeconds: null,
  onlyIfCached: false,
  customKey: null,
  tags: [],
  user: null,
  partitionByUser: false,
  mode: null,
  minSimilarity: null,
  explain: false,
};

type Mutable = { -readonly [Member in keyof RequestControls]: RequestControls[Member] };
type Reader = (value: string, controls: Mutable, header: string) => CacheError | null;

/** The reader of each control header. Other headers are ignored. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["cache-control", readCacheControl],
  ["refrain-cache-ttl", readTtl],
  ["cf-aig-cache-ttl", readTtl],
  ["refrain-cache-key", readKey],
  ["cf-aig-cache-key", readKey],
  ["refrain-cache-tags", readTags],
  ["refrain-cache-mode", readMode],
  ["cf-aig-skip-cache", readSkip],
  ["refrain-user", readUser],
  ["refrain-partition", readPartition],
  ["refrain-similarity-min", readMinSimilarity],
  ["refrain-explain", readExplain],
]);

/** Whether a header, named in lower case, is a cache control. */
export function isControl(name: string): boolean {
  const first = name.charCodeAt(0);
  // All control headers begin with r or c. This check avoids most map lookups.
  return (first === 0x72 || first === 0x63) && READERS.has(name);
}

/**
 * Reads the cache controls of a request. AI Gateway's header names mean the same as Refrain's own; when both are
 * given, Refrain's take precedence. Fails with `invalid_request` whose `field` is the header's name.
 * @param headers names in lower case
 */
export function readControls(headers: ReadonlyMap<string, string>): Result<RequestControls, CacheError> {
  const ours = [...headers].filter(([name]) => READERS.has(name));
  if (ours.length === 0) return ok(DEFAULT_CONTROLS);
  const controls: Mutable = { ...DEFAULT_CONTROLS };
  for (const [name, value] of ours.sort(([a], [b]) => rankOf(a) - rankOf(b))) {
    const problem = READERS.get(name)?.(value.trim(), controls, name) ?? null;
    if (problem !== null) return err(problem);
  }
  return ok(controls);
}

/** The order in which headers are read: Refrain's names overwrite AI Gateway's, and nothing overwrites `no-store`. */
function rankOf(header: string): number {
  if (header === "cache-control") return 2;
  return header.startsWith("cf-") ? 0 : 1;
}

function readCacheControl(value: string, controls: Mutable, header: string): CacheError | null {
  for (const directive of value.split(",")) {
    const [rawName = "", ...rest] = directive.split("=");
    const argument =
      rest.length === 0
        ? null
        : rest
            .join("=")
            .trim()
            .replace(/^"(.*)"$/, "$1");
    const problem = applyDirective(rawName.trim().toLowerCase(), argument, controls, header);
    if (problem !== null) return problem;
  }
  return null;
}

/** Applies one request directive (RFC 9111 section 5.2.1). Directives without a meaning here are ignored. */
function applyDirective(name: string, argument: string | null, controls: Mutable, header: string): CacheError | null {
  switch (name) {
    case "no-store":
      controls.cache = false;
      return null;
    case "no-cache":
      controls.read = false;
      return null;
    case "only-if-cached":
      controls.onlyIfCached = true;
      return null;
    case "max-stale":
      controls.maxStaleSeconds = argument === null ? Number.POSITIVE_INFINITY : seconds(argument);
      return controls.maxStaleSeconds === null ? invalid(header, "max-stale must be a number of seconds") : null;
    case "max-age":
      controls.maxAgeSeconds = seconds(argument);
      return controls.maxAgeSeconds === null ? invalid(header, "max-age must be a number of seconds") : null;
    case "min-fresh":
      controls.minFreshSeconds = seconds(argument);
      return controls.minFreshSeconds === null ? invalid(header, "min-fresh must be a number of seconds") : null;
    default:
      return null;
  }
}

function readTtl(value: string, controls: Mutable, header: string): CacheError | null {
  const ttl = seconds(value);
  if (ttl === null || ttl > MAX_TTL_SECONDS) return invalid(header, `must be a whole number of seconds from 0 to ${MAX_TTL_SECONDS}`);
  controls.ttlSeconds = ttl;
  return null;
}

function readKey(value: string, controls: Mutable, header: string): CacheError | null {
  if (value === "" || value.length > MAX_KEY_CHARACTERS) return invalid(header, `must have 1 to ${MAX_KEY_CHARACTERS} characters`);
  controls.customKey = value;
  return null;
}

function readTags(value: string, controls: Mutable, header: string): CacheError | null {
  const tags = [
    ...new Set(
      value
        .split(",")
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ""),
    ),
  ];
  if (tags.length > MAX_TAGS) return invalid(header, `must name at most ${MAX_TAGS} tags`);
  const bad = tags.some((tag) => tag.length > MAX_TAG_CHARACTERS || !TAG.test(tag));
  if (bad) return invalid(header, `tags must have at most ${MAX_TAG_CHARACTERS} characters of A-Z a-z 0-9 . _ : / @ -`);
  controls.tags = tags;
  return null;
}

function readMode(value: string, controls: Mutable, header: string): CacheError | null {
  switch (value.toLowerCase()) {
    case "off":
      controls.cache = false;
      return null;
    case "exact":
    case "semantic":
      controls.cache = true;
      controls.mode = value.toLowerCase() === "exact" ? "exact" : "semantic";
      return null;
    default:
      return invalid(header, "must be off, exact or semantic");
  }
}

function readSkip(value: string, controls: Mutable, header: string): CacheError | null {
  const word = value.toLowerCase();
  if (word !== "true" && word !== "false") return invalid(header, "must be true or false");
  if (word === "true") controls.cache = false;
  return null;
}

function readUser(value: string, controls: Mutable, header: string): CacheError | null {
  if (value.length > MAX_USER_CHARACTERS || !PRINTABLE.test(value))
    return invalid(header, `must have 1 to ${MAX_USER_CHARACTERS} printable characters`);
  controls.user = value;
  return null;
}

function readPartition(value: string, controls: Mutable, header: string): CacheError | null {
  const word = value.toLowerCase();
  if (word !== "tenant" && word !== "user") return invalid(header, "must be tenant or user");
  controls.partitionByUser = word === "user";
  return null;
}

function readMinSimilarity(value: string, controls: Mutable, header: string): CacheError | null {
  if (!/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/.test(value)) return invalid(header, "must be a number from 0 to 1");
  controls.minSimilarity = Number(value);
  return null;
}

function readExplain(value: string, controls: Mutable, header: string): CacheError | null {
  if (value !== "0" && value !== "1") return invalid(header, "must be 0 or 1");
  controls.explain = value === "1";
  return null;
}

/** Delta-seconds (RFC 9111 section 1.2.2): digits only. */
function seconds(value: string | null): number | null {
  if (value === null || !/^\d{1,10}$/.test(value)) return null;
  return Number(value);
}

function invalid(header: string, detail: string): CacheError {
  return { kind: "invalid_request", field: header, message: `Header ${header}: ${detail}.`, code: "invalid_header" };
}
