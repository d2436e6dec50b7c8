import { DurableObject } from "cloudflare:workers";

interface FloorEnv {
  readonly HUB: DurableObjectNamespace<Hub>;
}

/** Passes the bytes of one upstream stream to all subscribers, without replay, limits or book-keeping. */
export class Hub extends DurableObject {
  readonly #subscribers: ReadableStreamDefaultController<Uint8Array>[] = [];
  #started = false;

  async join(upstream: string, body: string): Promise<ReadableStream<Uint8Array>> {
    if (!this.#started) this.ctx.waitUntil(this.#pump(upstream, body));
    this.#started = true;
    return new ReadableStream<Uint8Array>({ start: (controller) => void this.#subscribers.push(controller) });
  }

  async #pump(upstream: string, body: string): Promise<void> {
    const response = await fetch(upstream, { method: "POST", body });
    if (response.body === null) return;
    for await (const bytes of response.body as ReadableStream<Uint8Array>) {
      for (const subscriber of this.#subscribers) subscriber.enqueue(bytes);
    }
    for (const subscriber of this.#subscribers) subscriber.close();
  }
}

/** Sends the request's body to the URL in the `upstream` header. The path names the hub. */
export default {
  async fetch(request: Request, env: FloorEnv): Promise<Response> {
    const { pathname } = new URL(request.url);
    const stream = await env.HUB.getByName(pathname).join(request.headers.get("upstream") ?? "", await request.text());
    return new Response(stream, { headers: { "content-type": "text/event-stream" } });
  },
};
