import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, test } from "vitest";
import type { WorkerModule } from "../../../workers/local/cluster/bundle.ts";
import { bundleWorker, PROJECT_ROOT } from "../../../workers/local/cluster/bundle.ts";

/** The release that today's code must work with during a deployment and after a rollback. */
const RELEASED_VERSION = "0.2.0";
const RELEASED_COMMIT = "eaaf0ff765f0bfedb2475f93372e8071544cbef4";

const run = promisify(execFile);

/** Whether the history has the commit of the release. A shallow clone may not. */
function hasReleasedCode(): boolean {
  return spawnSync("git", ["cat-file", "-e", `${RELEASED_COMMIT}^{commit}`], { cwd: PROJECT_ROOT }).status === 0;
}

/** Bundles the Worker of the release from the history, like today's, with today's dependencies. */
async function releasedModules(): Promise<readonly WorkerModule[]> {
  const folder = await mkdtemp(join(tmpdir(), "refrain-released-"));
  try {
    const archive = join(folder, "code.tar");
    const parts = ["workers", "durable-objects", "shared", "package.json", "tsconfig.json"];
    await run("git", ["archive", "--output", archive, RELEASED_COMMIT, ...parts], { cwd: PROJECT_ROOT });
    await run("tar", ["--extract", "--file", archive, "--directory", folder]);
    await symlink(join(PROJECT_ROOT, "node_modules"), join(folder, "node_modules"));
    return await bundleWorker(join(folder, "workers/front/index.ts"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface Versions {
  readonly released: readonly WorkerModule[];
  readonly current: readonly WorkerModule[];
}

/**
 * Declares tests that need the code of the release and today's. Without the release in the history, one test says so
 * and passes: a shallow clone cannot run them.
 * @param declare declares the tests; it gets a function that returns the bundles once the tests run
 */
export function describeWithRelease(name: string, declare: (versions: () => Versions) => void): void {
  const declareTests = hasReleasedCode() ? declareWithBundles : declareNote;
  declareTests(name, declare);
}

function declareWithBundles(name: string, declare: (versions: () => Versions) => void): void {
  describe(`${name}, version ${RELEASED_VERSION} and this one`, () => {
    let bundled: Versions | null = null;
    beforeAll(async () => {
      bundled = { released: await releasedModules(), current: await bundleWorker() };
    });
    declare(() => {
      if (bundled === null) throw new Error("the code is bundled before the first test runs");
      return bundled;
    });
  });
}

function declareNote(name: string): void {
  test(`${name}: not checked, because the history of this checkout lacks version ${RELEASED_VERSION}`, () => {
    process.stderr.write(`NOTE: "${name}" was not checked: the history lacks ${RELEASED_COMMIT}. Run: git fetch --unshallow\n`);
  });
}
