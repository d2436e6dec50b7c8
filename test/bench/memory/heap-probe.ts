import { once } from "node:events";
import type { MiniflareOptions } from "miniflare";
import { Miniflare } from "miniflare";
import { MAIN_MODULE } from "../../../workers/local/cluster/bundle.ts";

/** Where V8 keeps the memory of one Worker's isolate, in bytes. */
interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize: number;
  readonly backingStorageSize: number;
}

/** The interval at which the Worker is called: the runtime handles an inspector's messages only while it works. */
const POKE_MS = 50;
const WORKER_ID = "core:user:";

/** A Worker whose memory can be measured. */
export interface ProbedWorker extends AsyncDisposable {
  readonly url: string;
  /** Bytes that the Worker's isolate holds after a garbage collection: its heap and its array buffers. */
  heldBytes(): Promise<number>;
}

/** Starts Workers and attaches the inspector to the one with this name. */
export async function startProbed(name: string, options: MiniflareOptions): Promise<ProbedWorker> {
  const miniflare = new Miniflare({ ...options, inspectorPort: 0 });
  await miniflare.ready;
  const url = (await miniflare.unsafeGetDirectURL(name)).origin;
  const inspector = await miniflare.getInspectorURL();
  const socket = new WebSocket(new URL(`/${WORKER_ID}${name}`, inspector.href.replace("http", "ws")).href);
  await once(socket, "open");
  let serial = 0;
  const waiting = new Map<number, (result: unknown) => void>();
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as { readonly id: number; readonly result: unknown }; // the inspector's protocol
    waiting.get(message.id)?.(message.result);
  });
  const command = async (method: string): Promise<unknown> => {
    serial += 1;
    const reply = Promise.withResolvers<unknown>();
    waiting.set(serial, reply.resolve);
    socket.send(JSON.stringify({ id: serial, method }));
    const poking = setInterval(() => void fetch(`${url}/poke`).then(async (response) => response.arrayBuffer()), POKE_MS);
    try {
      return await reply.promise;
    } finally {
      clearInterval(poking);
    }
  };
  return {
    url,
    async heldBytes(): Promise<number> {
      await command("HeapProfiler.collectGarbage");
      const { usedSize, embedderHeapUsedSize, backingStorageSize } = (await command("Runtime.getHeapUsage")) as HeapUsage;
      return usedSize + embedderHeapUsedSize + backingStorageSize;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      socket.close();
      await miniflare.dispose();
    },
  };
}

/** The name under which a Worker's only module is loaded. */
export { MAIN_MODULE };
