import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

// `npm run lock`: adds native packages that are missing in package-lock.json. npm leaves them out after an
// `npm install` from a registry that lacks some platforms, and `npm ci` then rejects the lock on every machine.
// They are added with their exact version but without a digest. A platform that needs one fetches it as usual.

const LOCK_FILE = resolve(fileURLToPath(import.meta.url), "../../../package-lock.json");

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface LockFile {
  readonly packages: Record<string, LockedPackage>;
}

interface MissingPackage {
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly dev: boolean;
}

const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openharmony", "win32", "windows"] as const;
const PROCESSORS = {
  arm64: "arm64",
  x64: "x64",
  "64": "x64",
  ia32: "ia32",
  ppc64: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
  arm: "arm",
} as const;

/** Optional dependencies with an exact version that the lock file does not contain. */
export function missingOptionalPackages(lock: LockFile): readonly MissingPackage[] {
  return Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {}, dev = false }]) =>
    Object.entries(optionalDependencies)
      .filter(([name, version]) => /^\d/.test(version) && !isLocked(lock, path, name))
      .map(([name, version]) => ({ path: `${path.slice(0, path.lastIndexOf("node_modules/"))}node_modules/${name}`, name, version, dev })),
  );
}

/** Resolves as Node does: beside the package or beside any package that contains it. */
function isLocked(lock: LockFile, path: string, name: string): boolean {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    if (`${folder === "" ? "" : `${folder}/`}node_modules/${name}` in lock.packages) return true;
    if (folder === "") return false;
  }
}

function platformOf(name: string): { readonly os: readonly string[]; readonly cpu: readonly string[]; readonly libc?: readonly string[] } {
  const words = name.slice(name.indexOf("/") + 1).split("-");
  const system = SYSTEMS.find((candidate) => words.includes(candidate));
  const processor = Object.entries(PROCESSORS).find(([word]) => words.includes(word))?.[1];
  if (system === undefined || processor === undefined) throw new Error(`The name ${name} contains no platform.`);
  const libc = name.includes("musl") ? ["musl"] : system === "linux" && name.endsWith("gnu") ? ["glibc"] : null;
  return { os: [system === "windows" ? "win32" : system], cpu: [processor], ...(libc === null ? {} : { libc }) };
}

export function readLock(): LockFile {
  return JSON.parse(readFileSync(LOCK_FILE, "utf8")) as LockFile; // written by npm
}

if (import.meta.main) {
  const lock = readLock();
  const missing = missingOptionalPackages(lock);
  const added = Object.fromEntries(
    missing.map(({ path, name, version, dev }) => [path, { version, ...platformOf(name), ...(dev ? { dev } : {}), optional: true }]),
  );
  const { "": root = {}, ...rest } = { ...lock.packages, ...added };
  const sorted = Object.fromEntries(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(LOCK_FILE, `${JSON.stringify({ ...lock, packages: { "": root, ...sorted } }, null, 2)}\n`);
  process.stdout.write(`${missing.length} packages added\n`);
}
