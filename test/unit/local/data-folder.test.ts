import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataFolder } from "../../../workers/local/cluster/data-folder.ts";
import { identifyProcess, isAlive } from "../../../workers/local/process/process-identity.ts";

const OWNER_ONLY = 0o600;
let path = "";

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "refrain-folder-"));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

test("a folder is free again after its server has released it", async () => {
  const first = await DataFolder.open(path);
  expect(first.ok).toBe(true);
  if (first.ok) first.value.release();
  expect((await DataFolder.open(path)).ok).toBe(true);
});

test("the folder of a live server is refused, naming its process and address", async () => {
  const holder = { server: identifyProcess(process.pid), runtime: null, url: "http://127.0.0.1:1" };
  writeFileSync(join(path, "server.json"), JSON.stringify(holder));
  const refused = await DataFolder.open(path);
  expect(refused.ok ? "" : refused.error).toContain(`process ${process.pid}) is already running at http://127.0.0.1:1`);
});

test("a process that has reused a dead server's process id does not hold its folder", async () => {
  writeFileSync(join(path, "server.json"), JSON.stringify({ server: { pid: process.pid, started: "long ago" }, runtime: null, url: null }));
  expect((await DataFolder.open(path)).ok).toBe(true);
});

test("the runtime of a killed server is ended, but no process that has reused its id", async () => {
  const [orphan, stranger] = [spawn("sleep", ["60"]), spawn("sleep", ["60"])];
  const [orphanIdentity, strangerIdentity] = [identifyProcess(orphan.pid!)!, identifyProcess(stranger.pid!)!];
  try {
    writeFileSync(join(path, "server.json"), JSON.stringify({ server: { pid: 1, started: "gone" }, runtime: orphanIdentity, url: null }));
    const opened = await DataFolder.open(path);
    expect(isAlive(orphanIdentity)).toBe(false);
    if (opened.ok) opened.value.release();
    writeFileSync(
      join(path, "server.json"),
      JSON.stringify({ server: { pid: 1, started: "gone" }, runtime: { ...strangerIdentity, started: "earlier" }, url: null }),
    );
    expect((await DataFolder.open(path)).ok).toBe(true);
    expect(isAlive(strangerIdentity)).toBe(true);
  } finally {
    orphan.kill("SIGKILL");
    stranger.kill("SIGKILL");
  }
});

test("an incomplete lock file does not hold the folder", async () => {
  writeFileSync(join(path, "server.json"), '{"server":{"pi');
  expect((await DataFolder.open(path)).ok).toBe(true);
});

test("the admin token is created once and only its owner can read it", async () => {
  const opened = await DataFolder.open(path);
  if (!opened.ok) throw new Error(opened.error);
  const token = opened.value.adminToken();
  expect(token.length).toBeGreaterThanOrEqual(32);
  expect(opened.value.adminToken()).toBe(token);
  expect(readFileSync(join(path, "admin-token"), "utf8").trim()).toBe(token);
  expect(statSync(join(path, "admin-token")).mode & 0o777).toBe(OWNER_ONLY);
});
