import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { describe, expect, test, vi } from "vitest";
import openapi from "../../docs/openapi.json" with { type: "json" };
import packageJson from "../../package.json" with { type: "json" };
import { CACHE_SHARD_MIGRATIONS } from "../../durable-objects/cache-shard/storage/schema.ts";
import { RATE_LIMITER_MIGRATIONS } from "../../durable-objects/rate-limiter/schema.ts";
import { resolveConfig } from "../../shared/config/resolve-config.ts";
import { VariableReader } from "../../shared/config/variable-reader.ts";
import { VERSION } from "../../shared/config/version.ts";
import { VETO_NAMES } from "../../shared/domain/semantic/english/comparing/vetoes.ts";
import { productVariables } from "../../workers/local/cluster/variables.ts";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const PAGES = [
  "README.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
/** Settings that the local server reads; the configuration code does not know them. */
const LOCAL_SETTINGS = ["HOST", "PORT", "DATA_DIR"];
const SET_BY_LOCAL_SERVER = "LISTEN_HOST";
const UNIT_BYTES: Readonly<Record<string, number>> = { MiB: 1024 ** 2, GiB: 1024 ** 3 };
const METHODS = ["get", "post", "delete"] as const;

function text(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** The first group of every match. */
function all(pattern: RegExp, source: string): readonly string[] {
  return [...source.matchAll(pattern)].map((match) => match[1] ?? "");
}

/** The default cell of each row in the settings tables, by name. */
function documentedSettings(): ReadonlyMap<string, string> {
  const settings =
    text("docs/operations.md")
      .split("\n## ")
      .find((section) => section.startsWith("Settings")) ?? "";
  return new Map([...settings.matchAll(/^\| `([A-Z0-9_]+)` \| ([^|]*) \|/gm)].map(([, name = "", cell = ""]) => [name, cell.trim()]));
}

/** Defaults in the configuration code, recorded while it reads. Plain text variables have none. */
function trueDefaults(): ReadonlyMap<string, unknown> {
  const defaults = new Map<string, unknown>();
  const spies = (["integer", "integerOrNull", "fraction", "oneOf", "url"] as const).map((method) =>
    vi.spyOn(VariableReader.prototype, method),
  );
  resolveConfig({}, VERSION, (secret) => secret);
  for (const spy of spies) {
    for (const [variable, fallback] of spy.mock.calls) defaults.set(variable, fallback);
    spy.mockRestore();
  }
  return defaults;
}

/** Parses a default cell: `16 MiB` becomes bytes, a word in backticks that word, prose null. */
function valueOf(cell: string): unknown {
  const [, amount = "", unit = ""] = /^`?(\d+(?:\.\d+)?)`?(?: (MiB|GiB))?$/.exec(cell) ?? [];
  if (amount !== "") return Number(amount) * (UNIT_BYTES[unit] ?? 1);
  const word = /^`([a-z]+)`/.exec(cell)?.[1];
  return word === undefined || word === "off" || word === "unlimited" ? null : word;
}

describe("docs/operations.md names", () => {
  const documented = documentedSettings();
  const defaults = trueDefaults();
  const read = [...productVariables()].filter((name) => name !== SET_BY_LOCAL_SERVER);

  test("every setting that the configuration reads, and no other", () => {
    expect([...documented.keys()].sort()).toEqual([...read, ...LOCAL_SETTINGS].sort());
  });

  test.each(read)("the true default of %s", (name) => {
    const cell = documented.get(name) ?? "";
    const fallback = defaults.get(name) ?? null;
    const [product, factor, of = ""] = /^(\d+) × `([A-Z_]+)`$/.exec(cell) ?? [];
    if (product !== undefined) expect(fallback).toBe(Number(factor) * Number(defaults.get(of)));
    else if (defaults.has(name)) expect(valueOf(cell)).toBe(name === "SHOW_PROMPTS" ? null : fallback);
    const word = /^`([^`]+)`$/.exec(cell)?.[1];
    const config = (env: Record<string, string>): unknown => resolveConfig(env, VERSION, (secret) => secret);
    if (word !== undefined) expect(config({ [name]: word })).toEqual(config({}));
    expect(cell).not.toBe("");
  });
});

describe("docs/http-api.md and docs/openapi.json name", () => {
  const routes = [...text("workers/front/router.ts").matchAll(/^ {2}\.(get|post|delete|put|patch)\("([^"]+)"/gm)].map(
    ([, method = "", path = ""]) => `${method.toUpperCase()} ${path.replace(/\+$/, "")}`,
  );

  test("every route of the router, and no other", () => {
    expect(routes.length).toBeGreaterThan(10);
    const table = all(/`((?:GET|POST|DELETE) \/[^` ]+)`/g, text("docs/http-api.md").split("\n## ")[0] ?? "");
    expect([...new Set(table)].sort()).toEqual([...routes].sort());
    const operations = Object.entries(openapi.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`),
    );
    expect(operations.sort()).toEqual([...routes].sort());
  });

  test("every header that a request may carry", () => {
    const headers = all(/^ {2}\["([a-z-]+)", read/gm, text("workers/front/request/request-controls.ts"));
    expect(headers.length).toBeGreaterThan(10);
    expect(headers.filter((name) => !text("docs/http-api.md").toLowerCase().includes(`\`${name}`))).toEqual([]);
    expect(
      Object.keys(openapi.components.parameters)
        .map((name) => name.toLowerCase())
        .sort(),
    ).toEqual([...headers].sort());
  });

  test("every header that an answer may carry", () => {
    const exposed = all(/^ {2}"([a-z-]+)",$/gm, text("workers/front/access/cors.ts"));
    expect(exposed.length).toBeGreaterThan(10);
    const described = Object.keys(openapi.components.headers).map((name) => name.toLowerCase());
    expect(exposed.filter((name) => !described.includes(name))).toEqual([]);
  });

  test("every code that an error may have", () => {
    // The compiler ensures that the other test has a case for every kind of error.
    const cases = all(/status: \d+, code: "([a-z_]+)"/g, text("test/unit/wire/errors/error-response.test.ts"));
    const codes = [...all(/code: "([a-z_]+)"/g, text("shared/wire/errors/public-error.ts")), ...cases];
    expect(codes).toEqual(expect.arrayContaining(["invalid_admin_token", "shard_unreachable", "not_cached"]));
    expect(codes.filter((code) => !text("docs/http-api.md").includes(`\`${code}\``))).toEqual([]);
  });
});

describe("docs/http-api.md and docs/openapi.json agree", () => {
  test("on the statuses of errors", () => {
    const table = text("docs/http-api.md").split("\n## Errors")[1] ?? "";
    const described = Object.values(openapi.paths).flatMap((item) =>
      Object.values(item).flatMap((operation) => ("responses" in operation ? Object.keys(operation.responses) : [])),
    );
    // 405 answers a wrong method, so it belongs to no operation.
    const errors = new Set([...described.filter((status) => /^[45]\d\d$/.test(status)), "405"]);
    expect([...new Set(all(/^\| (\d{3}) \|/gm, table))].sort()).toEqual([...errors].sort());
  });
});

describe("docs/openapi.json", () => {
  const source = text("docs/openapi.json");
  const operations = Object.entries(openapi.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      // The type of a path contains only its own methods.
      const operation = (item as Record<string, { operationId: string; responses: object; parameters?: object[] } | undefined>)[method];
      const shared = (item as { readonly parameters?: readonly object[] }).parameters ?? [];
      return operation === undefined ? [] : [{ path, ...operation, parameters: [...shared, ...(operation.parameters ?? [])] }];
    }),
  );

  test("has the version of the package", () => {
    expect(openapi.openapi).toMatch(/^3\.1\./);
    expect([openapi.info.version, VERSION]).toEqual([packageJson.version, packageJson.version]);
  });

  test("defines exactly the components that it references", () => {
    const references = all(/"\$ref": "#\/components\/([^"]+)"/g, source);
    const components = ["parameters", "headers", "responses", "schemas"] as const;
    const defined = components.flatMap((kind) => Object.keys(openapi.components[kind]).map((name) => `${kind}/${name}`));
    expect([...new Set(references)].sort()).toEqual(defined.sort());
  });

  test("has operations with unique ids, a 200 response and all parameters of their path", () => {
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { path, parameters, responses } of operations) {
      expect(Object.keys(responses)).toContain("200");
      const declared = parameters.flatMap((one) => ("in" in one && one.in === "path" && "name" in one ? [one.name] : []));
      expect(declared).toEqual(all(/\{(\w+)\}/g, path));
    }
  });
});

describe("docs/storage-schema.md names", () => {
  const page = text("docs/storage-schema.md");
  const sections = new Map(
    page
      .split("\n### ")
      .slice(1)
      .map((section) => [/^`(\w+)`/.exec(section)?.[1] ?? "", section.split("\n## ")[0] ?? ""]),
  );
  const tables = [CACHE_SHARD_MIGRATIONS, RATE_LIMITER_MIGRATIONS].flatMap((migrations) => tablesAfter(migrations));

  test("every table and column of every schema, and no other table", () => {
    expect([...sections.keys()].sort()).toEqual(tables.map(({ name }) => name).sort());
    const missing = tables.flatMap(({ name, columns }) =>
      columns.filter((column) => !(sections.get(name) ?? "").includes(`\`${column}\``)).map((column) => `${name}.${column}`),
    );
    expect(missing).toEqual([]);
    expect(tables.flatMap(({ columns }) => columns).length).toBeGreaterThan(50);
    expect(page).toContain("`schema_migrations`");
  });

  test("every number that a shard keeps", () => {
    const union = /export type ShardNumber = ([^;]*);/.exec(text("durable-objects/cache-shard/storage/shard-numbers.ts"))?.[1] ?? "";
    const names = all(/"(\w+)"/g, union);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !(sections.get("numbers") ?? "").includes(`\`${name}\``))).toEqual([]);
  });
});

/** Tables and columns after all migrations. */
function tablesAfter(migrations: readonly string[]): readonly { readonly name: string; readonly columns: readonly string[] }[] {
  const database = new DatabaseSync(":memory:");
  for (const migration of migrations) database.exec(migration);
  const names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all();
  return names.map(({ name }) => ({
    name: String(name),
    columns: database
      .prepare("SELECT name FROM pragma_table_info(?)")
      .all(String(name))
      .map((column) => String(column.name)),
  }));
}

describe("the pages", () => {
  test.each(PAGES)("%s: every link has a target", (page) => {
    const broken = all(/\]\(([^)\s]+)\)/g, text(page)).filter((link) => !/^https?:/.test(link) && !leadsSomewhere(page, link));
    expect(broken).toEqual([]);
  });

  test.each(PAGES)("%s: every npm script exists", (page) => {
    const scripts: readonly string[] = Object.keys(packageJson.scripts);
    const named = all(/npm run ([a-z][a-z:-]*)/g, text(page));
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });

  test.each(PAGES)("%s: every source file that it names exists", (page) => {
    const named = all(/`((?:shared|workers|durable-objects|test|models|docs)\/[^` *<>]+)`/g, text(page));
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test("invariants name existing tests", () => {
    const proofs = [...text("docs/invariants.md").matchAll(/^ {4}- `(test\/[^`]+)`: (.+)$/gm)];
    expect(proofs.length).toBeGreaterThan(50);
    const missing = proofs.filter(([, file = "", title = ""]) => !existsSync(join(ROOT, file)) || !text(file).includes(title));
    expect(missing.map(([line]) => line)).toEqual([]);
  });

  test("semantic.md names every veto", () => {
    expect(VETO_NAMES.filter((name) => !text("docs/semantic.md").includes(`\`${name}\``))).toEqual([]);
  });
});

/** True when the file of a relative link exists and contains the heading, by GitHub's rule for anchors. */
function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return false;
  return (
    anchor === undefined ||
    all(/^#+ (.+)$/gm, text(target))
      .map(anchorOf)
      .includes(anchor)
  );
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}
