import { errorEvent } from "../../../shared/wire/errors/error-response.ts";

const encoder = new TextEncoder();
/** The error of an answer that began, and broke because its shard was reset. */
export const INTERRUPTED = {
  kind: "shards_unreachable",
  message: "The answer was interrupted, because its shard was restarted or moved. Send the request again.",
} as const;

/**
 * The stream of a shard, which ends with an error event if the shard is reset before its end. Without that event, the
 * client sees a connection that broke. An answer that has begun cannot be asked for once more.
 */
export function endedByError(stream: ReadableStream<Uint8Array>, requestId: string, nowMs: number): ReadableStream<Uint8Array> {
  // The runtime moves the bytes by itself. With `preventAbort`, a broken source leaves the other side open.
  const { readable, writable } = new IdentityTransformStream();
  void stream
    .pipeTo(writable, { preventAbort: true })
    .catch(() => writeLast(writable, errorEvent(INTERRUPTED, "openai", { requestId, nowMs })));
  return readable;
}

async function writeLast(writable: WritableStream<Uint8Array>, event: string): Promise<void> {
  try {
    const writer = writable.getWriter();
    // The stream may have broken within an event. A blank line ends it.
    await writer.write(encoder.encode(`\n\n${event}`));
    await writer.close();
  } catch {
    // The client has disconnected.
  }
}
