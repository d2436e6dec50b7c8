import type { AnswerRequest } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type { FetchedEntry } from "../../../shared/contracts/cache-shard/similarity-contract.ts";
import { joinBytes } from "../../../shared/domain/join-bytes.ts";
import type { LedgerAccount } from "../../../shared/memory/isolate-ledger.ts";
import { isolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import { SSE_DONE, sseEvent } from "../../../shared/wire/chat/sse-writer.ts";
import { decodeBody } from "../entries/body-codec.ts";
import type { RamFront, ResidentEntry } from "../entries/ram-front.ts";
import type { FlightAnswer } from "../flights/flight.ts";
import { LargeForms } from "./large-forms.ts";
import { ReplyStreams } from "./reply-streams.ts";

/**
 * Forms longer than this are streamed from one shared copy. Shorter ones are sent as a whole: that is faster, and the
 * front Worker may keep them in its memory.
 */
export const MAX_WHOLE_BYTES = 64 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An answer in the form that a request asks for. */
export type ReplyForm =
  | { readonly kind: "whole"; readonly json: string; readonly sse: Uint8Array | null }
  | { readonly kind: "stream"; readonly stream: ReadableStream<Uint8Array>; readonly bytes: number };

/** Why a stored answer has no form: its body is damaged, or the isolate has no memory for it. */
export type NoForm = "damaged" | "no_memory";

/** The parts of answers in progress that replies share with flights. */
export interface ReplyPorts {
  readonly clock: Clock;
  /** The shard's account for answers in progress. */
  readonly answers: LedgerAccount;
}

/** The reply forms of a shard. @param maxIdleBytes memory for large forms that nobody reads at the moment */
export function openReplyForms(front: RamFront, { clock, answers }: ReplyPorts, shard: number, maxIdleBytes: number): ReplyForms {
  const large = new LargeForms({ ledger: isolateLedger, owner: `shard-${shard}`, answers, maxIdleBytes });
  return new ReplyForms(front, large, new ReplyStreams(clock, answers));
}

type Asking = Pick<AnswerRequest, "stream" | "includeUsage" | "acceptsStreamedJson">;

/** Gives complete answers the form that a request asks for: JSON or SSE, as a whole or streamed. */
export class ReplyForms {
  readonly #front: RamFront;
  readonly #large: LargeForms;
  readonly #streams: ReplyStreams;
  /** Names of answers that are not stored here. */
  readonly #names = new WeakMap<object, string>();
  #named = 0;

  constructor(front: RamFront, large: LargeForms, streams: ReplyStreams) {
    this.#front = front;
    this.#large = large;
    this.#streams = streams;
  }

  /** The form of a stored entry. */
  ofEntry(request: Asking, resident: ResidentEntry): ReplyForm | NoForm {
    if (!request.stream && resident.json !== null) return wholeJson(resident.json);
    const { key, sequence, createdMs } = resident.entry;
    const name = `${key}/${sequence}/${createdMs}/${request.stream ? "sse" : "json"}`;
    const bytes = this.#large.find(name) ?? decodeBody(request.stream ? resident.body.events : resident.body.json);
    if (bytes === null) return "damaged";
    if (request.stream) return this.#replay(name, bytes, terminalOf(resident.body.usageEvent, request.includeUsage), false) ?? "no_memory";
    if (isStreamed(bytes.byteLength, request)) return this.#stream(name, bytes, [], false) ?? "no_memory";
    const json = decoder.decode(bytes);
    if (bytes.byteLength <= MAX_WHOLE_BYTES) this.#front.keepJson(resident, json);
    return wholeJson(json);
  }

  /** The form of an entry that another shard has sent. Never refused: the request has been admitted already. */
  ofFetched(request: Asking, found: FetchedEntry): ReplyForm {
    if (!request.stream) return this.#json(request, found, found.json);
    const terminal = terminalOf(found.usageEvent, request.includeUsage);
    return this.#replay(`${this.#nameOf(found)}/sse`, found.events, terminal, true) ?? wholeSse(found.events, terminal);
  }

  /** The JSON of an answer that was in flight. Never refused: the request has been admitted already. */
  ofFlight(request: Asking, answer: FlightAnswer): ReplyForm {
    return this.#json(request, answer, answer.json);
  }

  #json(request: Asking, of: object, json: string): ReplyForm {
    if (!isStreamed(json.length, request)) return wholeJson(json);
    const name = `${this.#nameOf(of)}/json`;
    return this.#stream(name, this.#large.find(name) ?? encoder.encode(json), [], true) ?? wholeJson(json);
  }

  #replay(name: string, events: Uint8Array, terminal: Uint8Array, must: boolean): ReplyForm | null {
    if (events.byteLength <= MAX_WHOLE_BYTES) return wholeSse(events, terminal);
    return this.#stream(name, events, [terminal], must);
  }

  #stream(name: string, bytes: Uint8Array, more: readonly Uint8Array[], must: boolean): ReplyForm | null {
    const release = this.#large.hold(name, bytes, must);
    if (release === null) return null;
    const parts = [bytes, ...more];
    const stream = this.#streams.open(parts, must, release);
    return stream === null ? null : { kind: "stream", stream, bytes: parts.reduce((sum, part) => sum + part.byteLength, 0) };
  }

  #nameOf(answer: object): string {
    const known = this.#names.get(answer);
    if (known !== undefined) return known;
    this.#named += 1;
    const name = `#${this.#named}`;
    this.#names.set(answer, name);
    return name;
  }
}

/** What follows the stored events of an answer: the usage event, if it is wanted and available, and the terminal event. */
export function terminalOf(usageEvent: string, includeUsage: boolean): Uint8Array {
  return encoder.encode((includeUsage && usageEvent !== "" ? sseEvent(usageEvent) : "") + SSE_DONE);
}

/** Workers of version 0.2.0 do not know JSON as a stream. */
function isStreamed(jsonBytes: number, request: Asking): boolean {
  return request.acceptsStreamedJson === true && jsonBytes > MAX_WHOLE_BYTES;
}

function wholeJson(json: string): ReplyForm {
  return { kind: "whole", json, sse: null };
}

function wholeSse(events: Uint8Array, terminal: Uint8Array): ReplyForm {
  return { kind: "whole", json: "", sse: joinBytes([events, terminal]) };
}
