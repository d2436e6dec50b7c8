import { describe, expect, test } from "vitest";
import { productVariables, resolveVariables } from "../../../workers/local/cluster/variables.ts";
import type { VariableSources } from "../../../workers/local/cluster/variables.ts";

const SOURCES: VariableSources = { environment: {}, file: {}, host: "127.0.0.1", adminToken: "kept-admin-token" };

describe("variables of the local server", () => {
  test("have relaxed defaults for one machine", () => {
    const result = resolveVariables(SOURCES);
    expect(result).toMatchObject({
      ok: true,
      value: {
        vars: { AUTH: "open", SEMANTIC: "on", ALLOWED_ORIGINS: "loopback", ADMIN_TOKEN: "kept-admin-token", LOCAL: "1" },
        config: { auth: "open" },
      },
    });
  });

  test("come from the environment, then the file, then the defaults", () => {
    const result = resolveVariables({
      ...SOURCES,
      environment: { CACHE_TTL_SECONDS: "7" },
      file: { CACHE_TTL_SECONDS: "8", SHARD_COUNT: "3", AUTH: "keys" },
    });
    expect(result).toMatchObject({ value: { vars: { CACHE_TTL_SECONDS: "7", SHARD_COUNT: "3", AUTH: "keys" } } });
  });

  test("do not include other variables of the environment", () => {
    const result = resolveVariables({ ...SOURCES, environment: { AWS_SECRET_ACCESS_KEY: "x", PATH: "/bin", LOCAL: "0" } });
    expect(result.ok && Object.keys(result.value.vars)).not.toContain("AWS_SECRET_ACCESS_KEY");
    expect(result).toMatchObject({ value: { vars: { LOCAL: "1" } } });
  });

  test("cannot promise a jurisdiction, which the local runtime does not have", () => {
    expect(resolveVariables({ ...SOURCES, environment: { JURISDICTION: "eu" } })).toMatchObject({
      ok: false,
      error: [{ variable: "JURISDICTION" }],
    });
  });

  test("report unknown names in the file", () => {
    const file = { OPENAI_APIKEY: "sk", PORT: "1", HOST: "localhost", DATA_DIR: "x" };
    expect(resolveVariables({ ...SOURCES, file })).toMatchObject({ value: { unknown: ["OPENAI_APIKEY"] } });
  });

  test("report every problem", () => {
    const result = resolveVariables({ ...SOURCES, environment: { SHARD_COUNT: "0", RATE_LIMIT_BURST: "many" } });
    expect(result.ok ? [] : result.error.map(({ variable }) => variable).toSorted()).toEqual(["RATE_LIMIT_BURST", "SHARD_COUNT"]);
  });

  test("require AUTH when other machines can reach the server", () => {
    expect(resolveVariables({ ...SOURCES, host: "0.0.0.0" })).toMatchObject({ ok: false, error: [{ variable: "AUTH" }] });
    expect(resolveVariables({ ...SOURCES, host: "0.0.0.0", environment: { AUTH: "open" } })).toMatchObject({ ok: true });
  });
});

test("the setting names are those that the configuration code reads", () => {
  const names = productVariables();
  for (const name of ["OPENAI_API_KEY", "OPENAI_BASE_URL", "AUTH", "SCOPE_FANOUT", "SPILL_WRITES_PER_DAY"]) expect(names).toContain(name);
  expect(names).not.toContain("LOCAL");
});
