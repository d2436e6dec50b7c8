import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { err, ok } from "../../../shared/domain/result.ts";
import type { Result } from "../../../shared/domain/result.ts";
import type { ProcessIdentity } from "../process/process-identity.ts";
import { identifyProcess, isAlive } from "../process/process-identity.ts";

/** Cached prompts and answers are in it: for its owner only. */
const FOLDER_MODE = 0o700;
const SECRET_MODE = 0o600;
const TOKEN_BYTES = 24;
/** A server that was just told to stop gets this long to let go of the folder. */
const HANDOVER_MS = 4000;
const POLL_MS = 50;

const LOCK_FILE = "server.json";

/** What the holder of a data folder writes down about itself. */
interface Holder {
  readonly server: ProcessIdentity;
  readonly runtime: ProcessIdentity | null;
  readonly url: string | null;
}

/** The folder where a local cluster persists; at most one server holds it. */
export class DataFolder {
  readonly path: string;
  readonly #holder: ProcessIdentity;

  private constructor(path: string, holder: ProcessIdentity) {
    this.path = path;
    this.#holder = holder;
  }

  /** Takes the folder, ending a runtime that a killed server left behind in it. The error is a sentence for the terminal. */
  static async open(wanted: string): Promise<Result<DataFolder, string>> {
    const self = identifyProcess(process.pid);
    if (self === null) return err("This system does not tell when a process started; Refrain cannot guard its data folder.");
    let path: string;
    try {
      mkdirSync(wanted, { recursive: true, mode: FOLDER_MODE });
      path = realpathSync(wanted);
    } catch (error) {
      return err(`The data folder ${wanted} cannot be made: ${reason(error)}.`);
    }
    const lock = join(path, LOCK_FILE);
    const deadline = Date.now() + HANDOVER_MS;
    for (;;) {
      try {
        claim(lock, { server: self, runtime: null, url: null });
        return ok(new DataFolder(path, self));
      } catch (error) {
        if (!isErrno(error, "EEXIST")) return err(`The data folder ${path} cannot be written: ${reason(error)}.`);
      }
      const holder = readHolder(lock);
      if (holder !== null && isAlive(holder.server)) {
        if (Date.now() > deadline) return err(alreadyRunning(path, holder));
        await sleep(POLL_MS);
        continue;
      }
      // Two facts prove that the runtime is ours: this folder names it, and it started when it says.
      if (holder?.runtime && isAlive(holder.runtime)) await end(holder.runtime);
      discardStale(lock);
    }
  }

  /** Where Durable Objects and KV live. */
  get statePath(): string {
    return join(this.path, "state");
  }

  get runtimePidFile(): string {
    return join(this.path, "runtime.pid");
  }

  /** Notes the running server, so that the next start can end what this one might leave behind. */
  note(url: string): void {
    const runtime = identifyProcess(Number(readText(this.runtimePidFile)));
    const draft = writeDraft(this.path, { server: this.#holder, runtime, url });
    renameSync(draft, join(this.path, LOCK_FILE));
  }

  /** The admin token of this cluster: made once, the same after every restart. */
  adminToken(): string {
    const file = join(this.path, "admin-token");
    const known = readText(file).trim();
    if (known !== "") return known;
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    writeFileSync(file, `${token}\n`, { mode: SECRET_MODE });
    return token;
  }

  release(): void {
    rmSync(this.runtimePidFile, { force: true });
    rmSync(join(this.path, LOCK_FILE), { force: true });
  }
}

function writeDraft(folder: string, holder: Holder): string {
  const draft = join(folder, `${LOCK_FILE}.${process.pid}`);
  writeFileSync(draft, JSON.stringify(holder), { mode: SECRET_MODE });
  return draft;
}

/** Linking a finished file creates the lock with its content in one step; EEXIST when someone holds it. */
function claim(lock: string, holder: Holder): void {
  const draft = writeDraft(dirname(lock), holder);
  try {
    linkSync(draft, lock);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Two starts may judge the same lock stale; the second must not throw away what the first put in its place. */
function discardStale(lock: string): void {
  const aside = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, aside);
    const moved = readHolder(aside);
    if (moved !== null && isAlive(moved.server)) linkSync(aside, lock);
  } catch {
    // Gone already, or claimed meanwhile: the caller tries again.
  }
  rmSync(aside, { force: true });
}

async function end(runtime: ProcessIdentity): Promise<void> {
  try {
    process.kill(runtime.pid, "SIGKILL");
  } catch {
    return;
  }
  while (isAlive(runtime)) await sleep(POLL_MS);
}

function alreadyRunning(path: string, holder: Holder): string {
  const where = holder.url === null ? "" : ` at ${holder.url}`;
  return `A server (process ${holder.server.pid}) is already running${where} on the data folder ${path}. Stop it, or choose another folder: DATA_DIR=… npm start`;
}

function readHolder(file: string): Holder | null {
  try {
    // Written by this module alone; a torn or foreign file is no holder.
    const value = JSON.parse(readFileSync(file, "utf8")) as Holder;
    return typeof value.server.pid === "number" ? value : null;
  } catch {
    return null;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function reason(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
