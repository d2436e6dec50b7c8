import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";

const DEFAULT_WAIT_MS = 20_000;

/**
 * One HTTP/1.1 request on its own socket, for what fetch cannot do:
 * reset, half-close, stop reading, send invalid bytes.
 */
export interface RawClient {
  readonly socket: Socket;
  /** Everything received so far as text: the head and the raw, possibly chunked, body. */
  received(): string;
  /** Resolves when the text has arrived. Rejects when the connection closes first, and after 20 s. */
  waitFor(text: string): Promise<void>;
  /** Ends the connection with RST, as an operating system may for a killed client. */
  reset(): void;
  /** Ends the connection with FIN, as a cancelled fetch does. */
  close(): void;
}

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Opens a connection and sends one request. Does not wait for the answer. */
export async function openRaw(url: string, request: RawRequest): Promise<RawClient> {
  const target = new URL(url);
  const socket = connect({ host: target.hostname.replace(/^\[|\]$/g, ""), port: Number(target.port) });
  let received = "";
  socket.setEncoding("latin1");
  socket.on("data", (text: string) => (received += text));
  // The tests cause errors on purpose. A "close" event follows every error.
  socket.on("error", () => {});
  await once(socket, "connect");

  const body = request.body ?? "";
  const headers = {
    host: target.host,
    "content-type": "application/json",
    "content-length": String(new TextEncoder().encode(body).byteLength),
    ...request.headers,
  };
  const head = [
    `${request.method ?? "POST"} ${request.path} HTTP/1.1`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);

  return {
    socket,
    received: () => received,
    async waitFor(text: string): Promise<void> {
      const signal = AbortSignal.timeout(DEFAULT_WAIT_MS);
      while (!received.includes(text)) {
        if (socket.closed) throw new Error(`The connection ended before ${JSON.stringify(text)} arrived. Received: ${received}`);
        await Promise.race([once(socket, "data", { signal }), once(socket, "close", { signal })]);
      }
    },
    reset: () => socket.resetAndDestroy(),
    close: () => socket.destroy(),
  };
}
