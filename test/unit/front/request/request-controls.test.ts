import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RequestControls } from "../../../../workers/front/request/request-controls.ts";
import { DEFAULT_CONTROLS, MAX_TTL_SECONDS, readControls } from "../../../../workers/front/request/request-controls.ts";

type Headers = Readonly<Record<string, string>>;

function read(headers: Headers): RequestControls {
  const controls = readControls(new Map(Object.entries(headers)));
  if (!controls.ok) throw new Error(JSON.stringify(controls.error));
  return controls.value;
}

const TAKEN: readonly (readonly [Headers, Partial<RequestControls>])[] = [
  [{}, {}],
  [{ "content-type": "application/json", cookie: "a=b", "cf-ray": "1", "refrain-request-id": "x" }, {}],
  [{ "cache-control": "no-store" }, { cache: false }],
  [{ "cache-control": "no-cache" }, { read: false }],
  [{ "cache-control": "only-if-cached" }, { onlyIfCached: true }],
  [{ "cache-control": "max-age=0" }, { maxAgeSeconds: 0 }],
  [{ "cache-control": 'Max-Age="30" , Min-Fresh=5' }, { maxAgeSeconds: 30, minFreshSeconds: 5 }],
  [{ "cache-control": "max-stale" }, { maxStaleSeconds: Number.POSITIVE_INFINITY }],
  [{ "cache-control": "max-stale=60" }, { maxStaleSeconds: 60 }],
  [{ "cache-control": "no-transform, immutable, x=y, , no-cache" }, { read: false }],
  [{ "refrain-cache-ttl": "0" }, { ttlSeconds: 0 }],
  [{ "refrain-cache-ttl": String(MAX_TTL_SECONDS) }, { ttlSeconds: MAX_TTL_SECONDS }],
  [{ "cf-aig-cache-ttl": "60" }, { ttlSeconds: 60 }],
  [{ "cf-aig-cache-ttl": "60", "refrain-cache-ttl": "5" }, { ttlSeconds: 5 }],
  [{ "refrain-cache-ttl": "5", "cf-aig-cache-ttl": "60" }, { ttlSeconds: 5 }],
  [{ "refrain-cache-key": "menu" }, { customKey: "menu" }],
  [{ "cf-aig-cache-key": "menu" }, { customKey: "menu" }],
  [{ "refrain-cache-key": "ours", "cf-aig-cache-key": "theirs" }, { customKey: "ours" }],
  [{ "refrain-cache-tags": "a, b,a ,,c:d/e@f-g_h.i" }, { tags: ["a", "b", "c:d/e@f-g_h.i"] }],
  [{ "refrain-cache-mode": "off" }, { cache: false }],
  [{ "refrain-cache-mode": "EXACT" }, { mode: "exact" }],
  [{ "refrain-cache-mode": "semantic" }, { mode: "semantic" }],
  [{ "cf-aig-skip-cache": "true" }, { cache: false }],
  [{ "cf-aig-skip-cache": "false" }, {}],
  [{ "cf-aig-skip-cache": "true", "refrain-cache-mode": "exact" }, { mode: "exact" }],
  [{ "cf-aig-skip-cache": "false", "refrain-cache-mode": "off" }, { cache: false }],
  [
    { "cache-control": "no-store", "refrain-cache-mode": "exact" },
    { cache: false, mode: "exact" },
  ],
  [{ "refrain-user": "ann" }, { user: "ann" }],
  [{ "refrain-partition": "user" }, { partitionByUser: true }],
  [{ "refrain-partition": "Tenant" }, { partitionByUser: false }],
  [{ "refrain-similarity-min": "0.95" }, { minSimilarity: 0.95 }],
  [{ "refrain-similarity-min": "1" }, { minSimilarity: 1 }],
  [{ "refrain-explain": "1" }, { explain: true }],
  [{ "refrain-explain": "0" }, {}],
];

const REFUSED: readonly (readonly [string, readonly string[]])[] = [
  [
    "cache-control",
    ["max-age", "max-age=", "max-age=-1", "max-age=1.5", "max-age=soon", "min-fresh", "min-fresh=x", "max-stale=x", "max-age=99999999999"],
  ],
  ["refrain-cache-ttl", ["", "-1", "1.5", "NaN", "1e3", "0x10", "forever", "unlimited", String(MAX_TTL_SECONDS + 1), "1, 2"]],
  ["cf-aig-cache-ttl", ["", "-1", "never"]],
  ["refrain-cache-key", ["", "x".repeat(1025)]],
  ["cf-aig-cache-key", ["", "x".repeat(1025)]],
  ["refrain-cache-tags", ["a b", "-a", "ä", "x".repeat(129), Array.from({ length: 33 }, (_, index) => `t${index}`).join(",")]],
  ["refrain-cache-mode", ["", "on", "fuzzy", "exact, semantic"]],
  ["cf-aig-skip-cache", ["", "yes", "1"]],
  ["refrain-user", ["", "a\u0007b", "x".repeat(257)]],
  ["refrain-partition", ["", "team"]],
  ["refrain-similarity-min", ["", "1.1", "-0.1", "NaN", "0.9999999", ".5", "high"]],
  ["refrain-explain", ["", "true", "2"]],
];

describe("cache controls", () => {
  it.each(TAKEN)("%j is read as %j", (headers, controls) => {
    expect(read(headers)).toEqual({ ...DEFAULT_CONTROLS, ...controls });
  });

  it.each(REFUSED.flatMap(([header, values]) => values.map((value) => [header, value] as const)))(
    "%s: %s is refused with the name of the header",
    (header, value) => {
      const controls = readControls(new Map([[header, value]]));
      expect(controls).toMatchObject({ ok: false, error: { kind: "invalid_request", field: header, code: "invalid_header" } });
      if (!controls.ok && controls.error.kind === "invalid_request") expect(controls.error.message).toContain(header);
    },
  );

  it("report an invalid value even when the header with precedence is valid", () => {
    expect(
      readControls(
        new Map([
          ["cf-aig-cache-ttl", "x"],
          ["refrain-cache-ttl", "5"],
        ]),
      ),
    ).toMatchObject({ ok: false, error: { field: "cf-aig-cache-ttl" } });
  });

  it("do not depend on the order of the headers", () => {
    const pairs = TAKEN.flatMap(([headers]) => Object.entries(headers));
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...pairs), { maxLength: 8, selector: ([name]) => name }), (headers) => {
        expect(readControls(new Map(headers.toReversed()))).toEqual(readControls(new Map(headers)));
      }),
      { numRuns: 500 },
    );
  });

  it("never throw, whatever a header contains", () => {
    const name = fc.constantFrom(...REFUSED.map(([header]) => header));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string({ unit: "binary", maxLength: 40 })), { maxLength: 4 }), (headers) => {
        const controls = readControls(new Map(headers));
        if (controls.ok) return;
        expect(controls.error.kind === "invalid_request" ? headers.map(([given]) => given) : []).toContain(
          controls.error.kind === "invalid_request" ? controls.error.field : "",
        );
      }),
      { numRuns: 1000 },
    );
  });
});
