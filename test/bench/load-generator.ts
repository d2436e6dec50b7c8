import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Number of connections, enough to saturate one runtime thread. */
const CONNECTIONS = 32;

/** Requests that are sent repeatedly, in order. */
export interface LoadPlan {
  readonly url: string;
  readonly path: string;
  /** JSON bodies, used in turn. `#SERIAL#` is replaced by a number of twelve digits that differs in each request. */
  readonly bodies: readonly string[];
  readonly seconds: number;
}

/** Sends a plan and returns the answers per second. Throws if an answer is not a 200. */
export type LoadGenerator = (plan: LoadPlan) => Promise<number>;

/** Returns `wrk` if it is installed, else our own client, which needs more of the machine's CPU time. */
export function findLoadGenerator(): { readonly name: string; readonly generate: LoadGenerator } {
  try {
    execFileSync("which", ["wrk"], { stdio: "ignore" });
    return { name: "wrk", generate: wrkLoad };
  } catch {
    return { name: "node client (install `wrk` for steadier figures: apt-get install wrk)", generate: socketLoad };
  }
}

const SERIAL = "#SERIAL#";
const SERIAL_DIGITS = 12;
/** Each round starts at another serial, because two rounds must not ask the same question. */
let nextSerial = 1;
const SERIALS_PER_ROUND = 10_000_000;

/** Runs wrk with a script that prepares all requests once. Only requests with a serial are built anew each time. */
async function wrkLoad(plan: LoadPlan): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "refrain-bench-"));
  const script = join(folder, "requests.lua");
  const bodies = plan.bodies.map((body) => `[==[${body}]==]`).join(",\n");
  const serial = nextSerial;
  nextSerial += SERIALS_PER_ROUND;
  await writeFile(
    script,
    `local bodies = {${bodies}}
local headers = { ["content-type"] = "application/json" }
local made, at, serial = {}, 0, ${serial}
function init(args)
  for i, body in ipairs(bodies) do made[i] = wrk.format("POST", "${plan.path}", headers, (body:gsub("${SERIAL}", "000000000000"))) end
end
function request()
  at = at % #made + 1
  if ${plan.bodies.some((body) => body.includes(SERIAL))} then
    serial = serial + 1
    return (made[at]:gsub("000000000000", string.format("%0${SERIAL_DIGITS}d", serial), 1))
  end
  return made[at]
end
`,
  );
  try {
    const { stdout } = await run("wrk", ["-t1", `-c${CONNECTIONS}`, `-d${plan.seconds}s`, "-s", script, plan.url]);
    if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`Not every answer was a 200:\n${stdout}`);
    return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function socketLoad(plan: LoadPlan): Promise<number> {
  const { hostname, port } = new URL(plan.url);
  const requests = plan.bodies.map((body) => requestText(plan, body));
  let serial = nextSerial;
  nextSerial += SERIALS_PER_ROUND;
  let at = 0;
  let answers = 0;
  const next = (): string => {
    serial += 1;
    return (requests[at++ % requests.length] ?? "").replace(SERIAL, String(serial).padStart(SERIAL_DIGITS, "0"));
  };
  const startMs = performance.now();
  const endMs = startMs + plan.seconds * 1000;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, () =>
      keepAsking({ hostname, port: Number(port), next, answered: () => (answers += 1), goOn: () => performance.now() < endMs }),
    ),
  );
  return answers / ((performance.now() - startMs) / 1000);
}

interface Asking {
  readonly hostname: string;
  readonly port: number;
  readonly next: () => string;
  readonly answered: () => void;
  readonly goOn: () => boolean;
}

/** Sends one request at a time over one connection. Answers must have a `content-length`. */
async function keepAsking({ hostname, port, next, answered, goOn }: Asking): Promise<void> {
  await new Promise<void>((done, failed) => {
    let text = "";
    const socket = connect(port, hostname, () => socket.write(next()));
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("error", failed);
    socket.on("data", (piece: string) => {
      text += piece;
      const headEnd = text.indexOf("\r\n\r\n");
      if (headEnd < 0) return;
      const head = text.slice(0, headEnd);
      if (!head.startsWith("HTTP/1.1 200")) failed(new Error(`Not a 200: ${head}`));
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
      if (Number.isNaN(length)) failed(new Error(`No content-length: ${head}`));
      if (text.length < headEnd + 4 + length) return;
      text = "";
      answered();
      if (goOn()) socket.write(next());
      else socket.end(() => done());
    });
  });
}

function requestText(plan: LoadPlan, body: string): string {
  const length = Buffer.byteLength(body) + (body.includes(SERIAL) ? SERIAL_DIGITS - SERIAL.length : 0);
  return `POST ${plan.path} HTTP/1.1\r\nHost: ${new URL(plan.url).host}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`;
}
