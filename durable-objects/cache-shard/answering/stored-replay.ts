import { joinBytes } from "../../../shared/domain/join-bytes.ts";
import { SSE_DONE, sseEvent } from "../../../shared/wire/chat/sse-writer.ts";
import { decodeBody } from "../entries/body-codec.ts";
import type { ResidentEntry } from "../entries/ram-front.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The `chat.completion` of an entry as JSON text; null when the stored form is damaged. The text is cached in
 * `resident`.
 */
export function jsonOf(resident: ResidentEntry): string | null {
  if (resident.json !== null) return resident.json;
  const bytes = decodeBody(resident.body.json);
  if (bytes === null) return null;
  resident.json = decoder.decode(bytes);
  return resident.json;
}

/** All SSE events of an entry, including the terminal event; null when the stored form is damaged. */
export function replayOf(resident: ResidentEntry, includeUsage: boolean): Uint8Array | null {
  const events = decodeBody(resident.body.events);
  return events === null ? null : replayOfEvents(events, resident.body.usageEvent, includeUsage);
}

/** Adds the terminal event to stored SSE events and, if it is requested and available, the usage event. */
export function replayOfEvents(events: Uint8Array, usageEvent: string, includeUsage: boolean): Uint8Array {
  const tail = (includeUsage && usageEvent !== "" ? sseEvent(usageEvent) : "") + SSE_DONE;
  return joinBytes([events, encoder.encode(tail)]);
}
