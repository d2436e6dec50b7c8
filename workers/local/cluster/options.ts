import { parseArgs } from "node:util";
import { err, ok } from "../../../shared/domain/result.ts";
import type { Result } from "../../../shared/domain/result.ts";

const DEFAULT_PORT = 8787;
const MAX_PORT = 65_535;

/** Options of the local server. */
export interface LocalOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly dataDir: string;
  /** File of `NAME=value` lines. It may be missing unless the command line names it. */
  readonly varsFile: string;
  readonly varsFileNamed: boolean;
  readonly help: boolean;
}

export const USAGE = `Usage: npm start -- [--host ADDRESS] [--port NUMBER] [--data-dir FOLDER] [--vars-file FILE]

Runs Refrain on this machine: the Worker in a local workerd, with Durable Objects and KV stored in the data folder.

  --host ADDRESS      address to listen on (HOST, 127.0.0.1)
  --port NUMBER       port to listen on; 0 picks a free port (PORT, ${DEFAULT_PORT})
  --data-dir FOLDER   folder for the stored data (DATA_DIR, .refrain)
  --vars-file FILE    file with settings (.dev.vars); the environment takes precedence
  --help              show this help

Parentheses give the environment variable and the default. All settings of docs/operations.md can be set in the
environment or in the variables file.
`;

/**
 * Reads the options: the command line overrides the environment, which overrides the defaults.
 * The error is a message for the terminal.
 */
export function parseLocalOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Result<LocalOptions, string> {
  let values;
  try {
    values = parseArgs({
      args: [...args],
      options: {
        host: { type: "string" },
        port: { type: "string" },
        "data-dir": { type: "string" },
        "vars-file": { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
  const portText = values.port ?? nonEmpty(env["PORT"]) ?? String(DEFAULT_PORT);
  const port = Number(portText);
  if (!/^\d+$/.test(portText) || port > MAX_PORT) return err(`PORT must be a whole number from 0 to ${MAX_PORT}, not \`${portText}\`.`);
  return ok({
    host: values.host ?? nonEmpty(env["HOST"]) ?? "127.0.0.1",
    port,
    dataDir: values["data-dir"] ?? nonEmpty(env["DATA_DIR"]) ?? ".refrain",
    varsFile: values["vars-file"] ?? ".dev.vars",
    varsFileNamed: values["vars-file"] !== undefined,
    help: values.help ?? false,
  });
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value.trim();
}
