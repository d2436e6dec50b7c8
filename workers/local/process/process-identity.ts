import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Identifies a process even after its process id has been reused. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time as opaque text: clock ticks since boot on Linux, a date on other systems. */
  readonly started: string;
}

/** Null when there is no such process. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const started = startedAt(pid);
  return started === null ? null : { pid, started };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return startedAt(identity.pid) === identity.started;
}

/** The parent and the name of a process; null when there is no such process. */
export function parentOf(pid: number): { readonly parent: number; readonly name: string } | null {
  const stat = procStat(pid);
  if (stat !== null) return { parent: Number(stat.fields[1]), name: stat.name };
  const [parent, ...name] = ps(pid, "ppid=,comm=").split(/\s+/);
  return parent === undefined || parent === "" ? null : { parent: Number(parent), name: name.join(" ") };
}

function startedAt(pid: number): string | null {
  const stat = procStat(pid);
  // Field 22 of proc(5), which is the 20th after the name. A zombie (Z) counts as ended.
  if (stat !== null) return stat.fields[0] === "Z" ? null : (stat.fields[19] ?? null);
  return ps(pid, "lstart=") || null;
}

function procStat(pid: number): { readonly name: string; readonly fields: readonly string[] } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name is in parentheses and may itself contain parentheses, so the last one ends it.
    const end = text.lastIndexOf(")");
    return { name: text.slice(text.indexOf("(") + 1, end), fields: text.slice(end + 2).split(" ") };
  } catch {
    return null;
  }
}

function ps(pid: number, format: string): string {
  if (process.platform === "linux") return "";
  return (spawnSync("ps", ["-o", format, "-p", String(pid)], { encoding: "utf8" }).stdout ?? "").trim();
}
