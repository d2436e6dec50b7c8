import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { userPrompt } from "../../support/chat-client.ts";
import { startTestCluster } from "../../support/e2e-cluster.ts";
import type { TestCluster } from "../../support/e2e-cluster.ts";
import { openRaw } from "../../support/raw-client.ts";

const END = "\r\n\r\n";
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

/** Sends raw bytes and half-closes the connection. Returns everything received until the server closes it. */
async function exchange(bytes: string): Promise<string> {
  const target = new URL(cluster.url);
  const socket: Socket = connect({ host: target.hostname, port: Number(target.port) });
  let received = "";
  socket.setEncoding("latin1");
  socket.on("data", (text: string) => (received += text));
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.end(bytes);
  await once(socket, "close");
  return received;
}

function statusesIn(received: string): readonly number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
}

function post(body: string, headers: readonly string[] = [`content-length: ${body.length}`], path = "/v1/chat/completions"): string {
  return [`POST ${path} HTTP/1.1`, "host: localhost", "content-type: application/json", ...headers, "", body].join("\r\n");
}

const BODY = JSON.stringify(userPrompt("raw"));

describe("unusual HTTP", () => {
  test("with pipelined requests is answered in order", async () => {
    const requests = Array.from({ length: 20 }, (_, index) => post(JSON.stringify(userPrompt(`pipelined ${index % 4}`)).padEnd(120)));
    const received = await exchange(requests.join(""));
    expect(statusesIn(received)).toEqual(Array.from({ length: 20 }, () => 200));
    const contents = [...received.matchAll(/to: pipelined (\d)/g)].map((match) => Number(match[1]));
    expect(contents).toEqual(Array.from({ length: 20 }, (_, index) => index % 4));
  });

  test("may split a chunked body anywhere", async () => {
    const chunks = BODY.match(/.{1,7}/gs) ?? [];
    const encoded = `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("")}0${END}`;
    expect(statusesIn(await exchange(post(encoded, ["transfer-encoding: chunked"])))).toEqual([200]);
  });

  test.each<[string, string]>([
    ["an invalid chunk size", post(`zz\r\n${BODY}\r\n0${END}`, ["transfer-encoding: chunked"])],
    ["a chunk that is shorter than declared", post(`fff\r\n${BODY}\r\n0${END}`, ["transfer-encoding: chunked"])],
    ["a body that is shorter than declared", post(BODY, ["content-length: 5000"])],
    ["two lengths", post(BODY, ["content-length: 5", `content-length: ${BODY.length}`])],
    ["a negative length", post(BODY, ["content-length: -5"])],
    ["a length and chunks", post(`0${END}`, ["content-length: 5", "transfer-encoding: chunked"])],
    ["a header without a name", post(BODY, [": x", `content-length: ${BODY.length}`])],
    ["an empty target", `POST  HTTP/1.1\r\nhost: localhost${END}`],
    ["no HTTP at all", `\u0016\u0003\u0001\u0002\u0000\u0001${END}`],
    ["an unknown version", `GET /health HTTP/9.9\r\nhost: localhost${END}`],
    ["a path with a NUL", `GET /health%00 HTTP/1.1\r\nhost: localhost${END}`],
    ["a path above the root", `GET /../../etc/passwd HTTP/1.1\r\nhost: localhost${END}`],
    ["a header of 200 KB", `GET /health HTTP/1.1\r\nhost: localhost\r\nx: ${"y".repeat(200_000)}${END}`],
    [
      "ten thousand headers",
      `GET /health HTTP/1.1\r\nhost: localhost\r\n${Array.from({ length: 10_000 }, (_, index) => `x${index}: y\r\n`).join("")}\r\n`,
    ],
    ["an unknown method", `BREW /health HTTP/1.1\r\nhost: localhost${END}`],
    ["an asterisk", `OPTIONS * HTTP/1.1\r\nhost: localhost${END}`],
    ["a proxy's target", `GET http://evil.example/health HTTP/1.1\r\nhost: localhost${END}`],
    [
      "an upgrade",
      `GET /health HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: eA==\r\nsec-websocket-version: 13${END}`,
    ],
  ])("(%s) is refused or answered, and never causes a 5xx except 501", async (_name, bytes) => {
    const statuses = statusesIn(await exchange(bytes));
    // workerd answers 501 to a method that HTTP does not define.
    expect(statuses.filter((status) => status >= 500 && status !== 501)).toEqual([]);
    expect(statuses.every((status) => status !== 101)).toBe(true);
    expect((await fetch(`${cluster.url}/health`)).status).toBe(200);
  });

  test.each<[string, string, number, string]>([
    ["PUT", "/v1/chat/completions", 405, "POST"],
    ["DELETE", "/v1/chat/completions", 405, "POST"],
    ["GET", "/v1/chat/completions", 405, "POST"],
    ["PATCH", "/chat", 405, "POST"],
    ["POST", "/health", 405, "GET"],
    ["POST", "/v1/models", 405, "GET"],
  ])("(%s %s) is a %i with Allow: %s", async (method, path, status, allow) => {
    const response = await fetch(`${cluster.url}${path}`, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get("allow")).toContain(allow);
  });

  test.each(["/health", "/v1/models", "/stats"])("(HEAD %s) is answered like GET, without the body", async (path) => {
    const response = await fetch(`${cluster.url}${path}`, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });

  test.each(["/", "/nothing", "/v1", "/v1/chat", "/v1/chat/completions/extra", "/chatter", "//v1/chat/completions"])(
    "(POST %s) is a 404 with an error body",
    async (path) => {
      const response = await fetch(`${cluster.url}${path}`, { method: "POST", body: BODY });
      expect(response.status).toBe(404);
      expect(await response.json()).toHaveProperty("error");
    },
  );

  test("unfinished heads and bodies do not delay other requests", async () => {
    const target = new URL(cluster.url);
    const slow = Array.from({ length: 50 }, (_, index) => {
      const socket = connect({ host: target.hostname, port: Number(target.port) });
      socket.on("error", () => {});
      socket.write(
        index % 2 === 0 ? "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nx-slow: " : post("{", ["content-length: 100000"]),
      );
      return socket;
    });
    await Promise.all(slow.map(async (socket) => socket.connecting && once(socket, "connect")));
    expect((await cluster.ask("beside slow ones")).status).toBe(200);
    for (const socket of slow) socket.destroy();
  });

  test("a client that disconnects while it sends its body leaves no flight behind", async () => {
    const client = await openRaw(cluster.url, {
      path: "/v1/chat/completions",
      headers: { "content-length": "5000" },
      body: '{"messages":',
    });
    client.reset();
    await cluster.settle((shards) => shards.every(({ flights }) => flights === 0));
    expect((await cluster.ask("after one left")).status).toBe(200);
  });
});
