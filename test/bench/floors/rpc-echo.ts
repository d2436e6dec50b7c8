import { DurableObject } from "cloudflare:workers";

interface FloorEnv {
  readonly ECHO: DurableObjectNamespace<Echo>;
}

/** Number of objects, equal to the product's default number of shards. */
const OBJECTS = 8;
const JSON_HEADERS = { "content-type": "application/json" };
/** An answer of the same size as the product's. */
const ANSWER = JSON.stringify({ content: "x".repeat(1010) });

/** Takes the request text and returns 1 KB of text. */
export class Echo extends DurableObject {
  async echo(request: string): Promise<string> {
    return request.length === 0 ? "" : ANSWER;
  }
}

let turn = 0;

/** The minimal work of any answer from a Durable Object: one RPC per request. `/many` uses the objects in turn. */
export default {
  async fetch(request: Request, env: FloorEnv): Promise<Response> {
    const body = await request.text();
    const object = request.url.endsWith("/many") ? turn++ % OBJECTS : 0;
    return new Response(await env.ECHO.getByName(`echo-${object}`).echo(body), { headers: JSON_HEADERS });
  },
};
