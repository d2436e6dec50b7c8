import { sha256Hex } from "../../../shared/digest/sha256.ts";
import { err, ok } from "../../../shared/domain/result.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { resolveConfig } from "../../../shared/config/resolve-config.ts";
import type { Config } from "../../../shared/config/config.ts";
import type { ConfigIssue } from "../../../shared/config/variable-reader.ts";
import { VERSION } from "../../../shared/config/version.ts";
import { isLoopback } from "./options.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** What `npm start` relaxes for one machine; everything else keeps the code's safe defaults. */
const LOCAL_DEFAULTS = { AUTH: "open", SEMANTIC: "on", ALLOWED_ORIGINS: "loopback" } as const;

export interface LocalVariables {
  /** Bindings for the Worker. */
  readonly vars: Readonly<Record<string, string>>;
  readonly config: Config;
  /** Names in the variables file that nothing reads: most likely misspelt. */
  readonly unknown: readonly string[];
}

export interface VariableSources {
  readonly environment: Variables;
  readonly file: Variables;
  readonly host: string;
  /** The token kept in the data folder, for when none is set. */
  readonly adminToken: string;
}

/** Environment over file over local defaults, checked with the Worker's own rules. */
export function resolveVariables(sources: VariableSources): Result<LocalVariables, readonly ConfigIssue[]> {
  const names = productVariables();
  const given: Record<string, string> = {};
  for (const name of names) {
    const value = nonEmpty(sources.environment[name]) ?? nonEmpty(sources.file[name]);
    if (value !== undefined) given[name] = value;
  }
  if (!isLoopback(sources.host) && given["AUTH"] === undefined) {
    const message = `must be set when HOST (${sources.host}) lets other machines in: \`keys\` with API_KEYS, or \`open\``;
    return err([{ variable: "AUTH", message }]);
  }
  // The listening address tells the Worker which Host headers are its own.
  const vars = { ...LOCAL_DEFAULTS, ADMIN_TOKEN: sources.adminToken, ...given, LOCAL: "1", LISTEN_HOST: sources.host };
  const config = resolveConfig(vars, VERSION, sha256Hex);
  if (!config.ok) return config;
  return ok({ vars, config: config.value, unknown: Object.keys(sources.file).filter((name) => !names.has(name)) });
}

/** The names that the configuration reads, found by letting it read: a list of its own would fall behind. */
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
