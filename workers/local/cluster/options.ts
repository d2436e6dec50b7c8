import { parseArgs } from "node:util";
import { err, ok } from "../../../shared/domain/result.ts";
import type { Result } from "../../../shared/domain/result.ts";

const DEFAULT_PORT = 8787;
const MAX_PORT = 65_535;

export type Variables = Readonly<Record<string, string | undefined>>;

/** Settings of the local server alone, which the Worker does not know. */
export const LISTENING_SETTINGS: readonly string[] = ["HOST", "PORT", "DATA_DIR"];

/** Options of the local server. */
export interface LocalOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly dataDir: string;
  readonly varsFile: string;
  /** Settings in the variables file. */
  readonly file: Variables;
  readonly help: boolean;
}

export const USAGE = `Usage: npm start -- [--host ADDRESS] [--port NUMBER] [--data-dir FOLDER] [--vars-file FILE]

Runs Refrain on this machine: the Worker in a local workerd, with Durable Objects and KV stored in the data folder.

  --host ADDRESS      address to listen on (HOST, 127.0.0.1)
  --port NUMBER       port to listen on; 0 picks a free port (PORT, ${DEFAULT_PORT})
  --data-dir FOLDER   folder for the stored data (DATA_DIR, .refrain)
  --vars-file FILE    file with settings (.dev.vars)
  --help              show this help

Parentheses give the setting and the default. Every setting of docs/operations.md, these included, can be set in the
environment or in the variables file. The command line takes precedence over the environment, and the environment over
the file.
`;

/**
 * Reads the options: the command line overrides the environment, which overrides the variables file, which overrides
 * the defaults. The error is a message for the terminal.
 * @param readFile returns the settings in a file; null when it cannot be read, which is an error if the file was named
 */
export function parseLocalOptions(
  args: readonly string[],
  env: Variables,
  readFile: (path: string) => Variables | null,
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
  const varsFile = values["vars-file"] ?? ".dev.vars";
  const read = readFile(varsFile);
  if (read === null && values["vars-file"] !== undefined && values.help !== true)
    return err(`The variables file ${varsFile} cannot be read.`);
  const file = read ?? {};
  const setting = (name: string): string | undefined => nonEmpty(env[name]) ?? nonEmpty(file[name]);
  const portText = values.port ?? setting("PORT") ?? String(DEFAULT_PORT);
  const port = Number(portText);
  if (!/^\d+$/.test(portText) || port > MAX_PORT) return err(`PORT must be a whole number from 0 to ${MAX_PORT}, not \`${portText}\`.`);
  return ok({
    host: values.host ?? setting("HOST") ?? "127.0.0.1",
    port,
    dataDir: values["data-dir"] ?? setting("DATA_DIR") ?? ".refrain",
    varsFile,
    file,
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
