import type { Clock } from "../../../../shared/time/clock.ts";
import type { AnswerRequest } from "../../../../shared/contracts/cache-shard/answer-contract.ts";
import type { FetchedEntry, SimilarCandidate } from "../../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { AskedQuestion } from "../../../../durable-objects/cache-shard/semantic/asked-question.ts";

/** A clock that a test advances. */
export class FakeClock implements Clock {
  #nowMs = 1_800_000_000_000;
  readonly #timers = new Map<object, { readonly atMs: number; readonly work: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, work: () => void): () => void {
    const timer = {};
    this.#timers.set(timer, { atMs: this.#nowMs + delayMs, work });
    return () => this.#timers.delete(timer);
  }

  get waiting(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const [timer, { atMs, work }] of this.#timers) {
      if (atMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      work();
    }
  }
}

export function requestOf(changes: Partial<AnswerRequest> = {}): AnswerRequest {
  return {
    requestId: "r",
    key: "asked",
    scope: "scope",
    tenant: "tenant",
    model: "model",
    provider: "openai",
    body: "{}",
    stream: false,
    includeUsage: false,
    cache: true,
    read: true,
    ttlSeconds: 3600,
    maxAgeSeconds: null,
    minFreshSeconds: null,
    maxStaleSeconds: null,
    onlyIfCached: false,
    mayCallUpstream: true,
    tags: [],
    text: "How do I dry a wet tent?",
    withheld: "",
    minSimilarity: null,
    explain: false,
    callerId: "caller",
    ...changes,
  };
}

export function questionOf(changes: Partial<AskedQuestion> = {}): AskedQuestion {
  const vector = new Float32Array([1, 0]);
  return {
    text: "How do I dry a wet tent?",
    canonical: "c",
    normalisedOnly: false,
    reason: "",
    embedding: Promise.resolve(vector),
    vector,
    ...changes,
  };
}

export function candidateOf(changes: Partial<SimilarCandidate> = {}): SimilarCandidate {
  return {
    shard: 0,
    key: "stored",
    source: "entry",
    similarity: 0.9,
    verdict: "serve",
    reason: "calibrated",
    posterior: 0.9,
    scoreBin: 15,
    vetoes: [],
    ...changes,
  };
}

/** A chat.completion with this text. */
export function completionOf(content: string): string {
  return JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }] });
}

export function fetchedEntry(changes: Partial<FetchedEntry> = {}): FetchedEntry {
  return {
    kind: "entry",
    text: "How can a wet tent be dried?",
    json: completionOf("Hang it up."),
    events: new Uint8Array(),
    usageEvent: "",
    provider: "openai",
    model: "model",
    createdMs: 0,
    expiresMs: 1,
    inputTokens: 1,
    outputTokens: 1,
    ...changes,
  };
}
