import { readFileSync } from "node:fs";
import type { KernelModules } from "../../../../shared/domain/semantic/index/dot-kernel.ts";

/** The Workers types have no constructor, because Workers may not compile modules. Node may. */
const CompiledModule = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;

function compile(file: string): WebAssembly.Module {
  return new CompiledModule(readFileSync(`${import.meta.dirname}/../../../../durable-objects/cache-shard/semantic/kernel/${file}`));
}

/** The modules of each kernel, by the `kind` that `createDotKernel` reports for them. */
export const KERNELS: Readonly<Record<"relaxed-simd" | "simd" | "javascript", KernelModules>> = {
  "relaxed-simd": { relaxedSimd: compile("dot-relaxed.wasm") },
  simd: { simd: compile("dot-simd.wasm") },
  javascript: {},
};

/** Deterministic numbers in 0..1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomVector(random: () => number, dims: number): Float32Array {
  return Float32Array.from({ length: dims }, () => random() + random() + random() - 1.5);
}
