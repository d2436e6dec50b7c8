import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process that can be told from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque text, equal only for the same process: Linux counts ticks since boot, others give a date. */
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

/** The parent of a process and the name it goes by; null when there is no such process. */
export function parentOf(pid: number): { readonly parent: number; readonly name: string } | null {
  const stat = procStat(pid);
  if (stat !== null) return { parent: Number(stat.fields[1]), name: stat.name };
  const [parent, ...name] = ps(pid, "ppid=,comm=").split(/\s+/);
  return parent === undefined || parent === "" ? null : { parent: Number(parent), name: name.join(" ") };
}

function startedAt(pid: number): string | null {
  const stat = procStat(pid);
  // Field 22 of proc(5), the 20th after the name; a zombie (Z) is as good as gone.
  if (stat !== null) return stat.fields[0] === "Z" ? null : (stat.fields[19] ?? null);
  return ps(pid, "lstart=") || null;
}

function procStat(pid: number): { readonly name: string; readonly fields: readonly string[] } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name is in parentheses and may hold any character, so the last one ends it.
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
