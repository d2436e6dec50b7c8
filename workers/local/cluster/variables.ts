import { sha256Hex } from "../../../shared/digest/sha256.ts";
import { err, ok } from "../../../shared/domain/result.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { resolveConfig } from "../../../shared/config/resolve-config.ts";
import type { Config } from "../../../shared/config/config.ts";
import type { ConfigIssue } from "../../../shared/config/variable-reader.ts";
import { VERSION } from "../../../shared/config/version.ts";
import type { Variables } from "./options.ts";
import { isLoopback, LISTENING_SETTINGS } from "./options.ts";

/** Defaults that `npm start` relaxes for a single machine. All other settings keep their safe defaults. */
const LOCAL_DEFAULTS = { AUTH: "open", SEMANTIC: "on", ALLOWED_ORIGINS: "loopback" } as const;

export interface LocalVariables {
  /** Bindings for the Worker. */
  readonly vars: Readonly<Record<string, string>>;
  readonly config: Config;
  /** Names in the variables file that Refrain does not know, which are most likely misspelt. */
  readonly unknown: readonly string[];
}

export interface VariableSources {
  readonly environment: Variables;
  readonly file: Variables;
  readonly host: string;
  /** The token from the data folder. Used when ADMIN_TOKEN is not set. */
  readonly adminToken: string;
}

/**
 * Merges the sources: the environment overrides the file, which overrides the local defaults.
 * Validates like the Worker does.
 */
export function resolveVariables(sources: VariableSources): Result<LocalVariables, readonly ConfigIssue[]> {
  const names = productVariables();
  const given: Record<string, string> = {};
  for (const name of names) {
    const value = nonEmpty(sources.environment[name]) ?? nonEmpty(sources.file[name]);
    if (value !== undefined) given[name] = value;
  }
  if (!isLoopback(sources.host) && given["AUTH"] === undefined) {
    const message = `must be \`keys\` (with API_KEYS) or \`open\` when other machines can reach HOST (${sources.host})`;
    return err([{ variable: "AUTH", message }]);
  }
  // The Worker uses LISTEN_HOST to decide which Host headers it accepts.
  const vars = { ...LOCAL_DEFAULTS, ADMIN_TOKEN: sources.adminToken, ...given, LOCAL: "1", LISTEN_HOST: sources.host };
  const config = resolveConfig(vars, VERSION, sha256Hex);
  if (!config.ok) return config;
  return ok({
    vars,
    config: config.value,
    unknown: Object.keys(sources.file).filter((name) => !names.has(name) && !LISTENING_SETTINGS.includes(name)),
  });
}

/**
 * Names of all settings. Recorded from the configuration code as it reads them, so that no second list can go stale.
 */
export function productVariables(): ReadonlySet<string> {
  const names = new Set<string>();
  const recorder = new Proxy<Record<string, unknown>>(
    {},
    {
      get(_target, name): undefined {
        if (typeof name === "string") names.add(name);
      },
    },
  );
  resolveConfig(recorder, VERSION, sha256Hex);
  names.delete("LOCAL");
  return names;
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value;
}
