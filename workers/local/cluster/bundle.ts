import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import { build, stop } from "esbuild";

export const PROJECT_ROOT = resolve(fileURLToPath(import.meta.url), "../../../..");
export const MAIN_MODULE = "index.js";

/** One module of the bundled Worker, in the form that workerd loads. */
export type WorkerModule =
  | { readonly name: string; readonly type: "esm" | "sourcemap"; readonly contents: string }
  | { readonly name: string; readonly type: "wasm" | "data"; readonly contents: Uint8Array<ArrayBuffer> };

/** Bundles the Worker the way `wrangler deploy` does. The first module is the main one. */
export async function bundleWorker(entry = "workers/front/index.ts"): Promise<readonly WorkerModule[]> {
  const binaries = new Map<string, WorkerModule>();
  const result = await build({
    absWorkingDir: PROJECT_ROOT,
    entryPoints: [entry],
    bundle: true,
    write: false,
    outfile: `dist/${MAIN_MODULE}`,
    format: "esm",
    platform: "browser",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    loader: { ".txt": "text", ".html": "text", ".sql": "text" },
    sourcemap: "linked",
    keepNames: true,
    logLevel: "silent",
    plugins: [binaryModules(binaries)],
  });
  // Ends esbuild's service process, which would outlive a server that is killed later.
  await stop();
  const text = (suffix: string): string => result.outputFiles.find((file) => file.path.endsWith(suffix))?.text ?? "";
  return [
    { name: MAIN_MODULE, type: "esm", contents: text(".js") },
    { name: `${MAIN_MODULE}.map`, type: "sourcemap", contents: text(".map") },
    ...binaries.values(),
  ];
}

/** Keeps `.wasm` and `.bin` imports external. Each becomes a separate module, named by its digest. */
function binaryModules(found: Map<string, WorkerModule>): Plugin {
  return {
    name: "binary-modules",
    setup(setup) {
      setup.onResolve({ filter: /\.(?:wasm|bin)(?:\?module)?$/ }, async ({ path, resolveDir }) => {
        const file = resolve(resolveDir, path.replace(/\?module$/, ""));
        const contents = Uint8Array.from(await readFile(file));
        const digest = createHash("sha256").update(contents).digest("hex").slice(0, 16);
        const name = `${digest}-${basename(file)}`;
        found.set(name, { name, type: file.endsWith(".wasm") ? "wasm" : "data", contents });
        return { path: `./${name}`, external: true };
      });
    },
  };
}
