import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { unstable_readConfig as readConfig } from "wrangler";
import {
  ASSETS_BINDING,
  ASSETS_FOLDER,
  COMPATIBILITY_DATE,
  COMPATIBILITY_FLAGS,
  DURABLE_OBJECTS,
  KV_BINDING,
} from "../../workers/local/cluster/cluster.ts";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const DEPLOYED_FLAGS = ["enable_request_signal", "global_fetch_strictly_public"];

/**
 * The part of a resolved configuration that the tests use. Wrangler's own type needs a package that it does not ship.
 */
interface WranglerConfig {
  readonly configPath: string;
  readonly compatibility_date: string;
  readonly compatibility_flags: readonly string[];
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] };
  readonly exports: object;
  readonly kv_namespaces: readonly { readonly binding: string }[];
  readonly assets?: { readonly binding?: string; readonly directory?: string; readonly run_worker_first?: boolean };
  readonly ai?: { readonly binding: string };
  readonly observability: object;
}

const base = load("wrangler.toml");
const facts = factsOf(base);

describe("the Worker has the same configuration", () => {
  test("in npm start", () => {
    expect(facts).toEqual({
      date: COMPATIBILITY_DATE,
      flags: [...COMPATIBILITY_FLAGS],
      objects: Object.entries(DURABLE_OBJECTS).map(([name, className]) => `${name}=${className}`),
      exports: Object.fromEntries(Object.values(DURABLE_OBJECTS).map((name) => [name, { type: "durable-object", storage: "sqlite" }])),
      kv: [KV_BINDING],
      assets: { binding: ASSETS_BINDING, folder: join(ROOT, ASSETS_FOLDER), workerFirst: true },
    });
  });

  test("in integration tests", () => {
    expect(factsOf(load("test/integration/wrangler.toml"))).toEqual(facts);
  });

  test.each(["staging", "production"])("in %s, except for the public network and the AI binding", (env) => {
    const deployed = load("wrangler.toml", env);
    expect(factsOf(deployed)).toEqual({ ...facts, flags: DEPLOYED_FLAGS });
    expect(deployed.ai?.binding).toBe("AI");
  });
});

test("the AI binding, which exists only remotely, is not in the default environment", () => {
  expect(base.ai).toBeUndefined();
});

test("query strings, which may hold secrets, are not logged", () => {
  expect(base.observability).toMatchObject({ enabled: true, redact_query_string: true });
});

function load(file: string, env?: string): WranglerConfig {
  const config: unknown = readConfig({ config: join(ROOT, file), ...(env === undefined ? {} : { env }) }, { hideWarnings: true });
  return config as WranglerConfig;
}

function factsOf(config: WranglerConfig): object {
  const configFolder = dirname(config.configPath);
  return {
    date: config.compatibility_date,
    flags: config.compatibility_flags,
    objects: config.durable_objects.bindings.map(({ name, class_name: className }) => `${name}=${className}`),
    exports: config.exports,
    kv: config.kv_namespaces.map(({ binding }) => binding),
    assets: {
      binding: config.assets?.binding,
      folder: resolve(configFolder, config.assets?.directory ?? ""),
      workerFirst: config.assets?.run_worker_first,
    },
  };
}
