/** Most that is read of a body that nobody wants, in bytes. */
const MAX_DISCARDED_BYTES = 32 * 1024 * 1024;

/**
 * Reads a refused request's body and throws it away. The runtime closes a connection whose request was not read
 * to its end, and a client that is still sending then sees a broken pipe instead of the answer.
 */
export async function discardBody(request: Request): Promise<void> {
  // In this order: `body` makes a stream, which costs more than many a whole request.
  if (request.bodyUsed || request.body === null) return;
  if (Number(request.headers.get("content-length") ?? 0) > MAX_DISCARDED_BYTES) return;
  await discardRest((request.body as ReadableStream<Uint8Array>).getReader());
}

/** The same for a body of which a part was read. */
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
    // The client has gone.
  }
}
