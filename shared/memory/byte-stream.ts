/**
 * Bytes that a stream hands out at a time. The runtime copies them into buffers of that size, so larger pieces would
 * take more memory for each client, and smaller ones more time.
 */
export const PIECE_BYTES = 16 * 1024;

export interface ByteStreamWatch {
  /** Called each time the client takes a piece. */
  readonly onRead: () => void;
  /** Called once, when the client has taken everything or has left. */
  readonly onEnd: () => void;
}

/**
 * A stream of these parts, one after the other, at the client's pace. The parts are not copied and must not change.
 * `cut` ends the stream with an error.
 */
export function byteStream(
  parts: readonly Uint8Array[],
  { onRead, onEnd }: ByteStreamWatch,
): { readonly stream: ReadableStream<Uint8Array>; readonly cut: () => void } {
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const pieces = piecesOf(parts);
  let left = length;
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  const source = {
    start: (opened: ReadableStreamDefaultController<Uint8Array>) => {
      controller = opened;
    },
    pull: (opened: ReadableStreamDefaultController<Uint8Array>) => {
      onRead();
      const piece = pieces.next().value;
      left -= piece?.byteLength ?? 0;
      if (piece !== undefined) opened.enqueue(piece);
      if (left > 0) return;
      opened.close();
      onEnd();
    },
    cancel: onEnd,
    // The runtime passes it on through RPC and sends it as `Content-Length`.
    expectedLength: length,
  };
  const cut = (): void => {
    controller?.error(new Error("The client reads nothing."));
    onEnd();
  };
  return { stream: new ReadableStream<Uint8Array>(source, { highWaterMark: 0 }), cut };
}

/** Views of the parts, of at most `PIECE_BYTES`. */
function* piecesOf(parts: readonly Uint8Array[]): Generator<Uint8Array, undefined> {
  for (const part of parts) {
    for (let at = 0; at < part.byteLength; at += PIECE_BYTES) yield part.subarray(at, at + PIECE_BYTES);
  }
}
