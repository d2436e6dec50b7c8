import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { VERSION } from "../../shared/config/version.ts";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const PRODUCT = ["workers", "durable-objects", "shared"] as const;
const FORBIDDEN_NAMES = /^(?:utils?|helpers?|common|misc)\.ts$/;
const ENTRY = "workers/front/index.ts";
/** AssemblyScript sources, which another compiler compiles. */
const NOT_TYPESCRIPT = "durable-objects/cache-shard/semantic/kernel/assembly/";

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = PRODUCT.flatMap((folder) => sourceFiles(folder)).filter((file) => !file.startsWith(NOT_TYPESCRIPT));
const imports = files.flatMap((file) => importsOf(file, readFileSync(join(ROOT, file), "utf8")));
const importersOf = Map.groupBy(imports, ({ to }) => to);

describe("imports point one way", () => {
  test("shared imports nothing from workers or durable-objects", () => {
    expect(violations(imports, (from, to) => from.startsWith("shared/") && /^(?:workers|durable-objects)\//.test(to))).toEqual([]);
  });

  test("the domain imports nothing but the domain", () => {
    expect(violations(imports, (from, to) => from.startsWith("shared/domain/") && !to.startsWith("shared/domain/"))).toEqual([]);
  });

  test("durable-objects import nothing from workers", () => {
    expect(violations(imports, (from, to) => from.startsWith("durable-objects/") && to.startsWith("workers/"))).toEqual([]);
  });

  test("workers import durable-objects only in the entry module", () => {
    expect(violations(imports, (from, to) => from.startsWith("workers/") && from !== ENTRY && to.startsWith("durable-objects/"))).toEqual(
      [],
    );
  });

  test("the product imports nothing from the tests or the local server", () => {
    const local = /^(?:test|workers\/local)\//;
    expect(violations(imports, (from, to) => !from.startsWith("workers/local/") && local.test(to))).toEqual([]);
  });

  test("the check finds static, re-exported and dynamic imports", () => {
    const sample = importsOf(
      "shared/domain/a.ts",
      'import type { X } from "../wire/x.ts";\nexport { y } from "./y.ts";\nawait import("../../workers/z.ts");',
    );
    expect(sample.map(({ to }) => to)).toEqual(["shared/wire/x.ts", "shared/domain/y.ts", "workers/z.ts"]);
  });
});

describe("shared/ outside its pure parts", () => {
  /** Pure decisions and wire formats stay together, whichever side carries them out. */
  const pure = /^shared\/(?:domain|wire)\//;

  test("holds what both the Worker and the objects use", () => {
    const oneSided = files.filter((file) => file.startsWith("shared/") && !pure.test(file)).filter((file) => sidesOf(file).size < 2);
    expect(oneSided).toEqual([]);
  });

  test("a side that uses a module by way of another is seen", () => {
    expect([...sidesOf("shared/digest/sha256.ts")].sort()).toEqual(["durable-objects", "workers"]);
  });
});

describe("Durable Objects are found in one place", () => {
  const PLACE = "shared/placement/placed-objects.ts";
  const sources = files
    .filter((file) => file !== PLACE && !file.startsWith("workers/local/"))
    .map((file) => ({ file, text: readFileSync(join(ROOT, file), "utf8") }));

  /** `stateOf` and `probe` only look whether the binding exists. */
  const allowed = /\b(?:placedObjects(?:<\w+>)?|stateOf|probe)\(env\.(?:CACHE_SHARD|RATE_LIMITER|UPSTREAM)\b/g;

  test("a namespace is used only as an argument of placedObjects", () => {
    const elsewhere = sources.filter(({ text }) => /\benv\.(?:CACHE_SHARD|RATE_LIMITER|UPSTREAM)\b/.test(text.replaceAll(allowed, "")));
    expect(elsewhere.map(({ file }) => file)).toEqual([]);
    const users = sources.filter(({ text }) => text.includes("placedObjects"));
    expect(users.map(({ file }) => file).sort()).toEqual([
      "durable-objects/cache-shard/neighbours.ts",
      "workers/front/admin/health.ts",
      "workers/front/isolate.ts",
      "workers/front/shards/shard-client.ts",
    ]);
  });

  test("no other module makes ids or chooses a jurisdiction", () => {
    const makers = sources.filter(({ text }) => /\.(?:idFromName|idFromString|newUniqueId|jurisdiction)\(|locationHint/.test(text));
    expect(makers.map(({ file }) => file)).toEqual([]);
  });
});

describe("folders", () => {
  const MAX_FILES = 13;
  const MAX_LINES = 300;

  test("hold one idea: no more than about a dozen files", () => {
    const byFolder = Map.groupBy(files, (file) => dirname(file));
    expect([...byFolder].filter(([, inside]) => inside.length > MAX_FILES).map(([folder]) => folder)).toEqual([]);
  });

  test("hold no file over 300 lines, beside lists of data and what is listed here with its reason", () => {
    const long = files.filter((file) => !/\/english\/(?:lists|data)\//.test(file) && linesOf(file) > MAX_LINES);
    // One structure with its invariants; the parts that could leave (pages, arena, kernel) have left.
    expect(long).toEqual(["shared/domain/semantic/index/flat-index.ts"]);
  });

  test("have no import cycles", () => {
    expect(cyclesIn(imports)).toEqual([]);
    expect(cyclesIn([...imports, { from: "shared/domain/json.ts", to: "shared/domain/json.ts" }])).not.toEqual([]);
  });
});

describe("modules", () => {
  test("have specific names", () => {
    const vague = files.filter((file) => FORBIDDEN_NAMES.test(file.split("/").at(-1) ?? ""));
    expect(vague).toEqual([]);
  });

  test("export by name, without `export *`", () => {
    const stars = files.filter((file) => /^export \*/m.test(readFileSync(join(ROOT, file), "utf8")));
    expect(stars).toEqual([]);
  });
});

describe("what requests and objects of an isolate share", () => {
  // A promise belongs to the request or object that created it. When that one is stopped, nobody can settle it.
  const sharedPromises = (source: string): readonly string[] =>
    Array.from(source.matchAll(/^(?:export )?(?:let|const) (\w+): (?!.*=>)[^=]*Promise</gm), ([, name = ""]) => name);

  test("contains no promise", () => {
    const found = files
      .filter((file) => !file.startsWith("workers/local/"))
      .filter((file) => sharedPromises(readFileSync(join(ROOT, file), "utf8")).length > 0);
    expect(found).toEqual([]);
  });

  test("is recognised by its type", () => {
    const sample = "let loading: Promise<Table | null> | null = null;\nconst waiting: Map<string, Promise<void>> = new Map();\n";
    expect(sharedPromises(sample)).toEqual(["loading", "waiting"]);
    expect(sharedPromises("const ROUTES: Map<string, (request: Request) => Promise<Response>> = new Map();\n")).toEqual([]);
  });
});

test("the version is the package's", () => {
  expect(VERSION).toBe(packageJson.version);
});

/** The top-level folders whose modules import this one, directly or by way of other shared modules. */
function sidesOf(file: string): ReadonlySet<string> {
  const sides = new Set<string>();
  const seen = new Set([file]);
  const open = [file];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const { from } of importersOf.get(at) ?? []) {
      if (seen.has(from)) continue;
      seen.add(from);
      if (from.startsWith("shared/")) open.push(from);
      else if (!from.startsWith("workers/local/") && from !== ENTRY) sides.add(from.split("/")[0] ?? "");
    }
  }
  return sides;
}

function linesOf(file: string): number {
  return readFileSync(join(ROOT, file), "utf8").trimEnd().split("\n").length;
}

/** Modules that import themselves by way of others. Types count too: a cycle of types is a missing third module. */
function cyclesIn(all: readonly Import[]): readonly string[] {
  const targets = Map.groupBy(all, ({ from }) => from);
  const reaches = (start: string): boolean => {
    const seen = new Set<string>();
    const open = (targets.get(start) ?? []).map(({ to }) => to);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at === start) return true;
      if (seen.has(at)) continue;
      seen.add(at);
      open.push(...(targets.get(at) ?? []).map(({ to }) => to));
    }
    return false;
  };
  return [...targets.keys()].filter(reaches);
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`);
}

/** All imports of a module: relative ones as paths from the project root, packages by name. */
function importsOf(from: string, source: string): readonly Import[] {
  const specifiers = source.matchAll(/(?:^(?:import|export)\b[^;=("']*?\bfrom\s*|^import\s*|\bimport\(\s*)["']([^"']+)["']/gm);
  return Array.from(specifiers, ([, specifier = ""]) => ({
    from,
    to: specifier.startsWith(".") ? relative(ROOT, resolve(ROOT, dirname(from), specifier)) : specifier,
  }));
}

function violations(all: readonly Import[], forbidden: (from: string, to: string) => boolean): readonly string[] {
  return all.filter(({ from, to }) => forbidden(from, to)).map(({ from, to }) => `${from} → ${to}`);
}
