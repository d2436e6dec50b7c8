import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { bundleWorker } from "../../workers/local/cluster/bundle.ts";
import type { ClusterOptions } from "../../workers/local/cluster/cluster.ts";
import { miniflareOptions } from "../../workers/local/cluster/cluster.ts";

/** A Worker of the tests on a local workerd, with the product's bindings and a socket of its own. */
export interface TestWorker extends AsyncDisposable {
  readonly url: string;
}

/**
 * Starts a Worker that a test has written around the product's, for faults that the product cannot cause itself.
 * @param entry path from the project's root; the module must export the classes of the product's entry module
 */
export async function startTestWorker(entry: string, vars: Readonly<Record<string, string>>): Promise<TestWorker> {
  const statePath = await mkdtemp(join(tmpdir(), "refrain-worker-"));
  const folder = { statePath } as unknown as ClusterOptions["folder"]; // only the path is used
  const modules = await bundleWorker(entry);
  const miniflare = new Miniflare(miniflareOptions({ host: "127.0.0.1", port: 0, modules, vars, folder }, () => undefined));
  await miniflare.ready;
  return {
    url: (await miniflare.unsafeGetDirectURL("refrain")).origin,
    async [Symbol.asyncDispose]() {
      await miniflare.dispose();
      await rm(statePath, { recursive: true, force: true });
    },
  };
}
