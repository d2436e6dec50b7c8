import type { Socket } from "node:net";
import { connect } from "node:net";
import { once } from "node:events";

/** One keep-alive connection that measures the time to the first byte of a body. */
export class TimedClient implements Disposable {
  readonly #socket: Socket;
  readonly #host: string;
  #text = "";
  #received: () => void = () => undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (piece: string) => {
      this.#text += piece;
      this.#received();
    });
  }

  static async open(url: string): Promise<TimedClient> {
    const { hostname, port, host } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    return new TimedClient(socket, host);
  }

  /**
   * Posts, or gets when the body is null, and reads the whole answer. Returns the milliseconds from sending the request
   * to the body's first byte.
   */
  async firstByteMs(path: string, body: string | null): Promise<number> {
    this.#text = "";
    const request = this.#requestOf(path, body);
    const startMs = performance.now();
    this.#socket.write(request);
    const bodyAt = (): number => this.#text.indexOf("\r\n\r\n") + 4;
    await this.#until(() => bodyAt() > 3 && this.#text.length > bodyAt());
    const firstMs = performance.now() - startMs;
    if (!this.#text.startsWith("HTTP/1.1 200")) throw new Error(this.#text.slice(0, 500));
    const declared = /\r\ncontent-length: *(\d+)/i.exec(this.#text.slice(0, bodyAt()));
    if (declared === null) await this.#until(() => this.#text.endsWith("\r\n0\r\n\r\n"));
    else await this.#until(() => this.#text.length >= bodyAt() + Number(declared[1]));
    return firstMs;
  }

  #requestOf(path: string, body: string | null): string {
    if (body === null) return `GET ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n\r\n`;
    const head = `POST ${path} HTTP/1.1\r\nHost: ${this.#host}\r\ncontent-type: application/json\r\n`;
    return `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  }

  async #until(reached: () => boolean): Promise<void> {
    while (!reached()) await new Promise<void>((resolve) => (this.#received = resolve));
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
