import { connect } from "node:net";
import { once } from "node:events";

/** What one client received. */
export interface Received {
  readonly status: number;
  readonly bodyBytes: number;
  /** The end of the body. */
  readonly tail: string;
  /** True when the response was complete by its length or its last chunk. */
  readonly whole: boolean;
}

export interface CountedRequest {
  readonly url: string;
  readonly path: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Waits before the body is read, for a slow client; the head has arrived by then. */
  readonly beforeReading?: () => Promise<void>;
  readonly silenceMs: number;
}

const TAIL_BYTES = 200;
const HEAD_END = "\r\n\r\n";
const LAST_CHUNK = "\r\n0\r\n\r\n";

/** Posts on its own socket and counts what it receives without keeping it. */
export async function countAnswer(request: CountedRequest): Promise<Received> {
  const { hostname, port, host } = new URL(request.url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${request.path} HTTP/1.1\r\nHost: ${host}\r\ncontent-type: application/json\r\nconnection: close\r\n${headers.join("")}`;
  socket.write(`${head}content-length: ${Buffer.byteLength(request.body)}\r\n\r\n${request.body}`);
  socket.setTimeout(request.silenceMs, () => socket.destroy());
  socket.setEncoding("latin1");
  let text = "";
  let bodyBytes = 0;
  let headText = "";
  let length: number | null = null;
  socket.on("error", () => undefined);
  socket.on("data", (piece: string) => {
    text += piece;
    if (headText === "") {
      const at = text.indexOf(HEAD_END);
      if (at < 0) return;
      headText = text.slice(0, at);
      text = text.slice(at + HEAD_END.length);
      bodyBytes = text.length;
      const declared = /\r\ncontent-length: *(\d+)/i.exec(headText);
      length = declared === null ? null : Number(declared[1]);
      if (request.beforeReading !== undefined) {
        socket.pause();
        void request.beforeReading().then(() => socket.resume());
      }
    } else bodyBytes += piece.length;
    text = text.slice(-TAIL_BYTES);
    if (length === null ? text.endsWith(LAST_CHUNK) : bodyBytes >= length) socket.destroy();
  });
  await once(socket, "close");
  const whole = length === null ? text.endsWith(LAST_CHUNK) : bodyBytes === length;
  return { status: Number(headText.slice(9, 12)), bodyBytes, tail: text, whole };
}
