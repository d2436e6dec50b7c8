import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { err, ok } from "../../../shared/domain/result.ts";
import type { Result } from "../../../shared/domain/result.ts";
import type { ProcessIdentity } from "../process/process-identity.ts";
import { identifyProcess, isAlive } from "../process/process-identity.ts";

/** Only the owner may read the folder, because it holds cached prompts and answers. */
const FOLDER_MODE = 0o700;
const SECRET_MODE = 0o600;
const TOKEN_BYTES = 24;
/** How long to wait for a server that is shutting down to release the folder, in milliseconds. */
const HANDOVER_MS = 4000;
const POLL_MS = 50;

const LOCK_FILE = "server.json";

/** Contents of the lock file: the server that holds the folder. */
interface Holder {
  readonly server: ProcessIdentity;
  readonly runtime: ProcessIdentity | null;
  readonly url: string | null;
}

/** The folder where a local cluster keeps its data. At most one server holds it at a time. */
export class DataFolder {
  readonly path: string;
  readonly #holder: ProcessIdentity;

  private constructor(path: string, holder: ProcessIdentity) {
    this.path = path;
    this.#holder = holder;
  }

  /** Locks the folder and ends a runtime that a killed server left behind. The error is a message for the terminal. */
  static async open(wanted: string): Promise<Result<DataFolder, string>> {
    const self = identifyProcess(process.pid);
    if (self === null) return err("Refrain cannot lock its data folder, because this system does not report when a process started.");
    let path: string;
    try {
      mkdirSync(wanted, { recursive: true, mode: FOLDER_MODE });
      path = realpathSync(wanted);
    } catch (error) {
      return err(`The data folder ${wanted} cannot be created: ${reason(error)}.`);
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
      // The runtime is killed only if its start time matches the lock file, so a reused process id is safe.
      if (holder?.runtime && isAlive(holder.runtime)) await end(holder.runtime);
      discardStale(lock);
    }
  }

  /** Folder of the data of Durable Objects and KV. */
  get statePath(): string {
    return join(this.path, "state");
  }

  get runtimePidFile(): string {
    return join(this.path, "runtime.pid");
  }

  /** Records the running server and its runtime, so that the next start can end a runtime that is left behind. */
  note(url: string): void {
    const runtime = identifyProcess(Number(readText(this.runtimePidFile)));
    const draft = writeDraft(this.path, { server: this.#holder, runtime, url });
    renameSync(draft, join(this.path, LOCK_FILE));
  }

  /** The admin token of this cluster. It is created once and stays the same over restarts. */
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

/** Creates the lock file with its content in one atomic step, by a hard link. Throws EEXIST when the lock exists. */
function claim(lock: string, holder: Holder): void {
  const draft = writeDraft(dirname(lock), holder);
  try {
    linkSync(draft, lock);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes a stale lock. Two starts may find it at once, so a lock that turns out to be live is put back. */
function discardStale(lock: string): void {
  const aside = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, aside);
    const moved = readHolder(aside);
    if (moved !== null && isAlive(moved.server)) linkSync(aside, lock);
  } catch {
    // Another start has removed or replaced the lock. The caller tries again.
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
    // Only this module writes the file. An incomplete file or one of another format counts as no holder.
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
