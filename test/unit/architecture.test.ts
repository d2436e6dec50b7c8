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
/** Compiled by another compiler: not TypeScript for all its looks. */
const NOT_TYPESCRIPT = "durable-objects/cache-shard/semantic/kernel/assembly/";

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = PRODUCT.flatMap((folder) => sourceFiles(folder)).filter((file) => !file.startsWith(NOT_TYPESCRIPT));
const imports = files.flatMap((file) => importsOf(file, readFileSync(join(ROOT, file), "utf8")));

describe("imports point one way", () => {
  test("shared imports nothing of workers or durable-objects", () => {
    expect(violations(imports, (from, to) => from.startsWith("shared/") && /^(?:workers|durable-objects)\//.test(to))).toEqual([]);
  });

  test("the domain imports nothing but the domain", () => {
    expect(violations(imports, (from, to) => from.startsWith("shared/domain/") && !to.startsWith("shared/domain/"))).toEqual([]);
  });

  test("durable-objects import nothing of workers", () => {
    expect(violations(imports, (from, to) => from.startsWith("durable-objects/") && to.startsWith("workers/"))).toEqual([]);
  });

  test("workers touch durable-objects in the entry module only", () => {
    expect(violations(imports, (from, to) => from.startsWith("workers/") && from !== ENTRY && to.startsWith("durable-objects/"))).toEqual(
      [],
    );
  });

  test("the product imports nothing of the tests or the local server", () => {
    const local = /^(?:test|workers\/local)\//;
    expect(violations(imports, (from, to) => !from.startsWith("workers/local/") && local.test(to))).toEqual([]);
  });

  test("a violation is seen", () => {
    const sample = importsOf(
      "shared/domain/a.ts",
      'import type { X } from "../wire/x.ts";\nexport { y } from "./y.ts";\nawait import("../../workers/z.ts");',
    );
    expect(sample.map(({ to }) => to)).toEqual(["shared/wire/x.ts", "shared/domain/y.ts", "workers/z.ts"]);
  });
});

describe("modules", () => {
  test("are named for what they do", () => {
    const vague = files.filter((file) => FORBIDDEN_NAMES.test(file.split("/").at(-1) ?? ""));
    expect(vague).toEqual([]);
  });

  test("name what they export", () => {
    const stars = files.filter((file) => /^export \*/m.test(readFileSync(join(ROOT, file), "utf8")));
    expect(stars).toEqual([]);
  });
});

test("the version is the package's", () => {
  expect(VERSION).toBe(packageJson.version);
});

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`);
}

/** Relative imports, exports and dynamic imports of a module, as paths from the project's root; packages as they are named. */
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
