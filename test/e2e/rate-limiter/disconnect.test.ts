import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FOLLOWER_PATIENCE_MS } from "../../../workers/limits/lease-queue.ts";
import { bundleWorker } from "../../../workers/local/cluster/bundle.ts";

/** Long enough for a request to reach the Worker and much shorter than the limiter's delay. In milliseconds. */
const ARRIVAL_MS = 150;
const ANSWER_TIMEOUT_MS = 5000;

let miniflare: Miniflare;
let origin: URL;

beforeAll(async () => {
  const [main] = await bundleWorker("test/e2e/rate-limiter/slow-limiter-worker.ts");
  if (main?.type !== "esm") throw new Error("the bundle has no main module");
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: "limits",
      modules: [{ type: "ESModule", path: "index.js", contents: main.contents }],
      compatibilityDate: "2026-10-15",
      compatibilityFlags: ["enable_request_signal"],
      durableObjects: { LIMITER: { className: "SlowLimiter", useSQLite: true } },
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    }),
  );
  await miniflare.ready;
  origin = await miniflare.unsafeGetDirectURL("limits");
});

afterAll(async () => await miniflare.dispose());

async function ask(path: string): Promise<unknown> {
  const response = await fetch(new URL(path, origin), { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
  return await response.json();
}

/** Sends a request on a socket that the test can close. */
function startRequest(path: string): Socket {
  const socket = connect(Number(origin.port), origin.hostname);
  socket.on("error", () => {});
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${origin.host}\r\n\r\n`);
  return socket;
}

const DEPARTURES = [
  { departure: "resets its connection", leave: (socket: Socket) => socket.resetAndDestroy() },
  { departure: "closes its connection", leave: (socket: Socket) => socket.destroy() },
  { departure: "half-closes its connection", leave: (socket: Socket) => socket.end() },
] as const;

describe.each(DEPARTURES)("a client that $departure while it waits for a lease", ({ departure, leave }) => {
  const user = `/${departure.replaceAll(" ", "-")}`;

  it("does not affect the requests that wait with it, which need one more call", async () => {
    const before = Number(await ask("/calls"));
    const leader = startRequest(user);
    await sleep(ARRIVAL_MS);
    const followers = [1, 2, 3, 4, 5].map(() => ask(user));
    await sleep(ARRIVAL_MS);
    leave(leader);
    expect(await Promise.all(followers)).toEqual(["admitted", "admitted", "admitted", "admitted", "admitted"]);
    leader.destroy();
    expect(Number(await ask("/calls")) - before).toBe(2);
    // The isolate's lease book still works: it admits the rest of the burst and no more.
    const rest: unknown[] = [];
    for (let request = 0; request < 45; request += 1) rest.push(await ask(user));
    expect(rest.filter((kind) => kind === "admitted").length).toBe(44);
    expect(rest.at(-1)).toBe("denied");
  });

  it("does not delay the others when it is a follower", async () => {
    const path = `${user}-follower`;
    const leader = ask(path);
    await sleep(ARRIVAL_MS);
    const first = startRequest(path);
    await sleep(ARRIVAL_MS / 3);
    const others = [1, 2, 3].map(() => ask(path));
    await sleep(ARRIVAL_MS / 3);
    leave(first);
    expect(await leader).toBe("admitted");
    const startedMs = performance.now();
    expect(await Promise.all(others)).toEqual(["admitted", "admitted", "admitted"]);
    expect(performance.now() - startedMs).toBeLessThan(FOLLOWER_PATIENCE_MS);
    first.destroy();
  });
});
