/** The terminal event of a Chat Completions stream. */
export const SSE_DONE = "data: [DONE]\n\n";

/** An SSE comment (WHATWG HTML, 9.2.6). Clients ignore it, and writing it reveals a dead connection. */
export const SSE_HEARTBEAT = ": heartbeat\n\n";

const LINE_END = /\r\n|\r|\n/;

/** A server-sent event with `data`. Each line of the data becomes a `data:` line. */
export function sseEvent(data: string): string {
  if (!LINE_END.test(data)) return `data: ${data}\n\n`;
  return `${data
    .split(LINE_END)
    .map((line) => `data: ${line}\n`)
    .join("")}\n`;
}
