import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { PROJECT_ROOT } from "./bundle.ts";
import type { Variables } from "./options.ts";

/** Reads a file of `NAME=value` lines; a relative path starts at the project's folder. Null when it cannot be read. */
export function readVariablesFile(path: string): Variables | null {
  try {
    return parseEnv(readFileSync(resolve(PROJECT_ROOT, path), "utf8"));
  } catch {
    return null;
  }
}
