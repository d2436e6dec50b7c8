import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { READY_PREFIX } from "../../workers/local/cluster/banner.ts";

const PROJECT_ROOT = resolve(fileURLToPath(import.meta.url), "../../..");
const START_TIMEOUT_MS = 30_000;
/** Variables passed on to the server. All others are dropped, above all real provider keys. */
const KEPT_VARIABLES = ["PATH", "HOME", "TMPDIR", "LANG"] as const;

export interface ServerOptions {
  /** Settings of docs/operations.md. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Data folder to keep, for a restart on the same data; a temporary one when absent. */
  readonly dataDir?: string;
  /** 0 = any free port. */
  readonly port?: number;
  /** File that sets address and data folder; `dataDir` must name the same folder. */
  readonly varsFile?: string;
}

/** The real server, started like `npm start` does. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly adminToken: string;
  readonly dataDir: string;
  readonly pid: number;
  /** Everything the server has printed so far. */
  output(): string;
  /** Sends SIGTERM and waits. Resolves to the exit code. Removes a temporary data folder. */
  stop(): Promise<number | null>;
  /** Sends SIGKILL to the server process alone and waits. Keeps the data folder. */
  kill(): Promise<void>;
}

export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "refrain-test-")));
  const child = spawnServer({ ...options, dataDir });
  let output = "";
  const url = await new Promise<string>((ready, failed) => {
    const timer = setTimeout(() => failed(new Error(`The server was not ready in time:\n${output}`)), START_TIMEOUT_MS);
    const read = (text: string): void => {
      output += text;
      const line = output.split("\n").find((candidate) => candidate.startsWith(READY_PREFIX));
      if (line === undefined || !output.includes("curl")) return;
      clearTimeout(timer);
      ready(line.slice(READY_PREFIX.length).trim());
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => {
      clearTimeout(timer);
      failed(new Error(`The server ended with code ${code}:\n${output}`));
    });
  });
  const adminToken = options.vars?.["ADMIN_TOKEN"] ?? (await readFile(join(dataDir, "admin-token"), "utf8")).trim();

  const stop = async (): Promise<number | null> => {
    const code = await endWith(child, "SIGTERM");
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    return code;
  };
  return {
    url,
    adminToken,
    dataDir,
    pid: child.pid ?? 0,
    output: () => output,
    stop,
    async kill(): Promise<void> {
      await endWith(child, "SIGKILL");
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await stop();
    },
  };
}

/** Starts a server that is expected to refuse its settings. Resolves to its output and exit code. */
export async function startRefusedServer(
  options: ServerOptions & { readonly dataDir: string },
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawnServer(options);
  let output = "";
  child.stdout?.on("data", (text: string) => (output += text));
  child.stderr?.on("data", (text: string) => (output += text));
  const timer = setTimeout(() => child.kill("SIGTERM"), START_TIMEOUT_MS);
  await once(child, "close");
  clearTimeout(timer);
  return { code: child.exitCode, output };
}

function spawnServer(options: ServerOptions & { readonly dataDir: string }): ChildProcess {
  const kept = Object.fromEntries(KEPT_VARIABLES.map((name) => [name, process.env[name]]));
  const listening = options.varsFile === undefined ? { PORT: String(options.port ?? 0), DATA_DIR: options.dataDir } : {};
  const args = [join(PROJECT_ROOT, "workers/local/start.js"), "--vars-file", options.varsFile ?? "/dev/null"];
  const child = spawn(process.execPath, args, {
    cwd: PROJECT_ROOT,
    env: { ...kept, ...listening, ...options.vars },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.setEncoding("utf8");
  child.stderr.setEncoding("utf8");
  return child;
}

async function endWith(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
  return child.exitCode;
}
