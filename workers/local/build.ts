import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleWorker, PROJECT_ROOT } from "./cluster/bundle.ts";

// `npm run build`: writes the bundle that `npm start` runs to dist/, for inspection.
const modules = await bundleWorker();
const folder = join(PROJECT_ROOT, "dist");
await mkdir(folder, { recursive: true });
for (const { name, contents } of modules) {
  await writeFile(join(folder, name), contents);
  process.stdout.write(`dist/${name} ${contents.length} bytes\n`);
}
