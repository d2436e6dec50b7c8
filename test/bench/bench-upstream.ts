import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** The upstream of all benchmarks, in a separate process. */
export interface BenchUpstream extends Disposable {
  readonly url: string;
}

export async function startBenchUpstream(): Promise<BenchUpstream> {
  const child = fork(join(import.meta.dirname, "instant-upstream.ts"));
  const [port]: unknown[] = await once(child, "message");
  return {
    url: `http://127.0.0.1:${String(port)}/v1`,
    [Symbol.dispose]: () => void child.kill(),
  };
}
