import { sha256Hex } from "../digest/sha256.ts";
import type { Result } from "../domain/result.ts";
import { isolateLedger } from "../memory/isolate-ledger.ts";
import { versionIdOf, writeLogLine } from "../report/log-line.ts";
import type { Config } from "./config.ts";
import { resolveConfig } from "./resolve-config.ts";
import type { ConfigIssue } from "./variable-reader.ts";
import { VERSION } from "./version.ts";

const resolved = new WeakMap<object, Result<Config, readonly ConfigIssue[]>>();

/** The configuration of this isolate. Resolved at the first request; all problems are logged once. */
export function configOf(env: object): Result<Config, readonly ConfigIssue[]> {
  const known = resolved.get(env);
  if (known !== undefined) return known;
  const config = resolveConfig({ ...env }, VERSION, sha256Hex);
  if (config.ok) isolateLedger.setLimit(config.value.memory.isolateMaxBytes);
  // There is no reporter here, because building one takes a valid configuration.
  else writeLogLine("error", { event: "config_invalid", issues: config.error }, versionIdOf(env));
  resolved.set(env, config);
  return config;
}
