import { spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { unstable_readConfig as readConfig } from "wrangler";
import { resolveConfig } from "../../shared/config/resolve-config.ts";
import { VERSION } from "../../shared/config/version.ts";
import { MS_PER_SECOND } from "../../shared/domain/units.ts";
import { VERSION_BINDING } from "../../shared/report/log-line.ts";
import {
  ASSETS_BINDING,
  ASSETS_FOLDER,
  COMPATIBILITY_DATE,
  COMPATIBILITY_FLAGS,
  DURABLE_OBJECTS,
  KV_BINDING,
} from "../../workers/local/cluster/cluster.ts";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const DEPLOYED = ["staging", "production"] as const;
const DEPLOYED_FLAGS = ["enable_request_signal", "global_fetch_strictly_public"];

/**
 * The part of a resolved configuration that the tests use. Wrangler's own type needs a package that it does not ship.
 */
interface WranglerConfig {
  readonly configPath: string;
  readonly compatibility_date: string;
  readonly compatibility_flags: readonly string[];
  readonly durable_objects: {
    readonly bindings: readonly { readonly name: string; readonly class_name: string }[];
    readonly code_update_strategy?: { readonly mode: string; readonly max_delay?: number };
  };
  readonly exports: object;
  readonly kv_namespaces: readonly { readonly binding: string }[];
  readonly assets?: { readonly binding?: string; readonly directory?: string; readonly run_worker_first?: boolean };
  readonly version_metadata?: { readonly binding: string };
  readonly ai?: { readonly binding: string };
  readonly observability: object;
  readonly name?: string;
  readonly workers_dev?: boolean;
  readonly routes?: readonly unknown[];
  readonly build: { readonly command?: string };
  readonly limits?: { readonly cpu_ms?: number };
  readonly vars: Readonly<Record<string, unknown>>;
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
      version: VERSION_BINDING,
      assets: { binding: ASSETS_BINDING, folder: join(ROOT, ASSETS_FOLDER), workerFirst: true },
    });
  });

  test("in integration tests", () => {
    expect(factsOf(load("test/integration/wrangler.toml"))).toEqual(facts);
  });

  test.each(DEPLOYED)("in %s, except for the public network and the AI binding", (env) => {
    const deployed = load("wrangler.toml", env);
    expect(factsOf(deployed)).toEqual({ ...facts, flags: DEPLOYED_FLAGS });
    expect(deployed.ai?.binding).toBe("AI");
  });
});

test("the AI binding, which exists only remotely, is not at the top level", () => {
  expect(base.ai).toBeUndefined();
});

describe("a deployment without an environment", () => {
  test.each(["deploy", "versions upload", ""])("is refused before anything is created (%j)", (command) => {
    const refused = runBuildCommand(command);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("wrangler deploy --env production");
  });

  test.each(["dev", "types"])("leaves wrangler %s alone", (command) => {
    expect(runBuildCommand(command)).toMatchObject({ status: 0, stderr: "" });
  });

  test("would have another name than production, and no address", () => {
    expect([base.name, base.workers_dev, base.routes]).toEqual(["refrain-local", false, undefined]);
    expect(new Set([base, ...DEPLOYED.map((env) => load("wrangler.toml", env))].map(({ name }) => name)).size).toBe(3);
  });

  test.each(DEPLOYED)("does not keep %s from being deployed", (env) => {
    const deployed = load("wrangler.toml", env);
    expect([deployed.build.command, deployed.workers_dev]).toEqual([undefined, true]);
  });
});

describe.each(DEPLOYED)("in %s", (env) => {
  const deployed = load("wrangler.toml", env);

  test("query strings, which may hold secrets, are not logged", () => {
    for (const { observability } of [base, deployed]) expect(observability).toMatchObject({ enabled: true, redact_query_string: true });
  });

  test("no request's log lines are dropped: a sampled log would lose errors", () => {
    expect(deployed.observability).toMatchObject({ head_sampling_rate: 1 });
    if (env === "production") expect(deployed.observability).toMatchObject({ logs: { head_sampling_rate: 1, invocation_logs: false } });
  });

  test("a busy object keeps its code longer than a provider call may take", () => {
    const { mode, max_delay: maxDelaySeconds = 0 } = deployed.durable_objects.code_update_strategy ?? { mode: "" };
    const config = resolveConfig(deployed.vars, VERSION, (secret) => secret);
    if (!config.ok) throw new Error(JSON.stringify(config.error));
    expect(mode).toBe("deferred");
    expect(maxDelaySeconds * MS_PER_SECOND).toBeGreaterThan(config.value.upstream.totalTimeoutMs);
  });

  test("CPU time is bounded", () => {
    expect(deployed.limits?.cpu_ms).toBe(60_000);
  });
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
    version: config.version_metadata?.binding,
    assets: {
      binding: config.assets?.binding,
      folder: resolve(configFolder, config.assets?.directory ?? ""),
      workerFirst: config.assets?.run_worker_first,
    },
  };
}

/** Runs the build command of the top level as wrangler does. */
function runBuildCommand(command: string): { readonly status: number | null; readonly stderr: string } {
  const [program = "", ...args] = (base.build.command ?? "").split(" ");
  return spawnSync(program, args, { cwd: ROOT, encoding: "utf8", env: { PATH: process.env["PATH"] ?? "", WRANGLER_COMMAND: command } });
}
