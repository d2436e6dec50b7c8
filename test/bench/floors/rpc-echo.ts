import { DurableObject } from "cloudflare:workers";

interface FloorEnv {
  readonly ECHO: DurableObjectNamespace<Echo>;
}

/** As many objects as the product has shards. */
const OBJECTS = 8;
const JSON_HEADERS = { "content-type": "application/json" };
/** An answer of the size the product is asked for. */
const ANSWER = JSON.stringify({ content: "x".repeat(1010) });

/** Takes the request text, gives 1 KB of text back. */
export class Echo extends DurableObject {
  async echo(request: string): Promise<string> {
    return request.length === 0 ? "" : ANSWER;
  }
}

let turn = 0;

/** The least any answer from a Durable Object costs: body in, one RPC, body out. `/many` goes round the objects. */
export default {
  async fetch(request: Request, env: FloorEnv): Promise<Response> {
    const body = await request.text();
    const object = request.url.endsWith("/many") ? turn++ % OBJECTS : 0;
    return new Response(await env.ECHO.getByName(`echo-${object}`).echo(body), { headers: JSON_HEADERS });
  },
};
