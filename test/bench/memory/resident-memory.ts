import { readFileSync } from "node:fs";

const SAMPLE_MS = 50;
const PAGE_BYTES = 4096;
export const BYTES_PER_MB = 1_000_000;

/** Resident bytes of a process. */
export function residentBytes(pid: number): number {
  const [, pages] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
  return Number(pages) * PAGE_BYTES;
}

/** The result of `work`, and the largest resident size of a process meanwhile. */
export async function peakDuring<Result>(
  pid: number,
  work: () => Promise<Result>,
): Promise<{ readonly peakBytes: number; readonly result: Result }> {
  let peakBytes = residentBytes(pid);
  const sampler = setInterval(() => {
    peakBytes = Math.max(peakBytes, residentBytes(pid));
  }, SAMPLE_MS);
  try {
    return { result: await work(), peakBytes: Math.max(peakBytes, residentBytes(pid)) };
  } finally {
    clearInterval(sampler);
  }
}
