const JSON_HEADERS = { "content-type": "application/json" };
const ANSWER = JSON.stringify({ content: "x".repeat(1010) });
const encoder = new TextEncoder();

/** The minimal work of any cache in a Worker's memory: parses and digests the body and returns 1 KB. */
export default {
  async fetch(request: Request): Promise<Response> {
    const text = await request.text();
    const parsed: unknown = JSON.parse(text);
    const digest = await crypto.subtle.digest("SHA-256", encoder.encode(text));
    // Use both results, or the runtime could optimise the work away.
    if (parsed === null || digest.byteLength === 0) return new Response(null, { status: 400 });
    return new Response(ANSWER, { headers: JSON_HEADERS });
  },
};
