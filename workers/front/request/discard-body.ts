/** Bytes read and thrown away at most. */
const MAX_DISCARDED_BYTES = 32 * 1024 * 1024;

/**
 * Reads the unread body of a request and throws it away. The runtime closes a connection whose request was not read
 * to its end, and a client that is still sending would see a broken pipe instead of the answer.
 */
export async function discardBody(request: Request): Promise<void> {
  // The order matters: reading `request.body` creates a stream, which is expensive.
  if (request.bodyUsed || request.body === null) return;
  if (Number(request.headers.get("content-length") ?? 0) > MAX_DISCARDED_BYTES) return;
  await discardRest((request.body as ReadableStream<Uint8Array>).getReader());
}

/** Does the same for a body that was partly read. */
export async function discardRest(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  let size = 0;
  try {
    while (size <= MAX_DISCARDED_BYTES) {
      const { done, value } = await reader.read();
      if (done) return;
      size += value.byteLength;
    }
    await reader.cancel();
  } catch {
    // The client has disconnected.
  }
}
