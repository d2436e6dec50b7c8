/**
 * Compiles assembly/dot.ts into the committed `dot-*.wasm`. With `--check` it only compares, and exits with code 1 when
 * the committed files differ. The compiler is pinned in package-lock.json, and its output contains no timestamps or
 * paths: equal source gives equal bytes.
 */
import { readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { main as compileAssemblyScript } from "assemblyscript/asc";

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCE = "assembly/dot.ts";
/** One page of memory is enough: the caller grows the memory for its rows. */
const OPTIONS = ["-O3", "--converge", "--runtime", "stub", "--noAssert", "--initialMemory", "1"] as const;

const BUILDS = [
  { file: "dot-simd.wasm", features: ["--enable", "simd"] },
  { file: "dot-relaxed.wasm", features: ["--enable", "simd", "--enable", "relaxed-simd"] },
] as const;

async function compile(features: readonly string[]): Promise<Uint8Array> {
  const output = new Map<string, Uint8Array>();
  const result = await compileAssemblyScript([SOURCE, ...OPTIONS, ...features, "--outFile", "out.wasm", "--baseDir", HERE], {
    writeFile: (name, contents) => {
      output.set(name, typeof contents === "string" ? new TextEncoder().encode(contents) : contents);
    },
  });
  const binary = output.get("out.wasm");
  if (result.error || binary === undefined) throw result.error ?? new Error("assemblyscript wrote nothing");
  return binary;
}

async function committed(path: string): Promise<Uint8Array> {
  return readFile(path).then(
    (bytes) => new Uint8Array(bytes),
    () => new Uint8Array(0),
  );
}

async function run(checkOnly: boolean): Promise<number> {
  let stale = 0;
  for (const { file, features } of BUILDS) {
    const binary = await compile(features);
    const path = `${HERE}/${file}`;
    const same = isDeepStrictEqual(new Uint8Array(binary), await committed(path));
    if (!same && checkOnly) stale++;
    if (!same && !checkOnly) await writeFile(path, binary);
    process.stdout.write(
      `${file}: ${binary.byteLength} bytes, ${same ? "unchanged" : checkOnly ? "DIFFERS from its source" : "written"}\n`,
    );
  }
  return stale === 0 ? 0 : 1;
}

process.exitCode = await run(process.argv.includes("--check"));
