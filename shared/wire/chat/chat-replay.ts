/** What ends a Chat Completions stream. */
export const SSE_DONE = "data: [DONE]\n\n";

/** A comment: clients skip it, and a dead connection fails on it (WHATWG HTML, 9.2.6). */
export const SSE_HEARTBEAT = ": heartbeat\n\n";

const LINE_END = /\r\n|\r|\n/;

/** One server-sent event that carries `data`. A line end inside it becomes one more `data:` line. */
export function sseEvent(data: string): string {
  if (!LINE_END.test(data)) return `data: ${data}\n\n`;
  return `${data
    .split(LINE_END)
    .map((line) => `data: ${line}\n`)
    .join("")}\n`;
}
