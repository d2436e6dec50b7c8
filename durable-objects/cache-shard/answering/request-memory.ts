import type { AnswerRequest } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import { heapBytesOf } from "../../../shared/memory/heap-bytes.ts";

/**
 * Memory of a request that waits for a complete answer, in the Worker and in the object, beside its texts. Measured by
 * `npm run bench -- memory-followers`.
 */
export const WAITING_BYTES = 8 * 1024;
/**
 * Memory of a flight beside its events and its answer: the call, its connection and its parser. Measured by
 * `npm run bench -- memory-streams`.
 */
export const FLIGHT_BYTES = 24 * 1024;

/** Memory that the texts of a request take. The body alone may have megabytes. */
export function requestBytes({ body, text, tags, key, scope }: AnswerRequest): number {
  return [body, text ?? "", key, scope, ...tags].reduce((sum, each) => sum + heapBytesOf(each), 0);
}
