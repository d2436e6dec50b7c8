import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";

const DEFAULT_WAIT_MS = 20_000;

/** One HTTP/1.1 request on a socket of its own, for what fetch cannot do: reset, half-close, stop reading, send nonsense. */
export interface RawClient {
  readonly socket: Socket;
  /** Bytes so far as text: head and (chunked) body as they came. */
  received(): string;
  /** Resolves once the text has arrived; rejects when the connection ends without it or in 20 seconds. */
  waitFor(text: string): Promise<void>;
  /** Ends the connection with RST, as a killed client's system may. */
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

/** Opens a connection and sends one request; does not wait for the answer. */
export async function openRaw(url: string, request: RawRequest): Promise<RawClient> {
  const target = new URL(url);
  const socket = connect({ host: target.hostname.replace(/^\[|\]$/g, ""), port: Number(target.port) });
  let received = "";
  socket.setEncoding("latin1");
  socket.on("data", (text: string) => (received += text));
  // A reset is what these tests are for; "close" follows every error.
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
        if (socket.closed) throw new Error(`The connection ended before ${JSON.stringify(text)} came. Received: ${received}`);
        await Promise.race([once(socket, "data", { signal }), once(socket, "close", { signal })]);
      }
    },
    reset: () => socket.resetAndDestroy(),
    close: () => socket.destroy(),
  };
}
