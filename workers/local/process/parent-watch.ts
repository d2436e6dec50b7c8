import type { ProcessIdentity } from "./process-identity.ts";
import { identifyProcess, isAlive, parentOf } from "./process-identity.ts";

const POLL_MS = 250;
/** `npm start` runs npm, possibly a shell, and then this process. */
const MAX_DEPTH = 3;

/**
 * Calls back when the npm process that started this one has ended. A SIGKILL to npm does not reach its children, so
 * the server would keep the port. A server that was not started by npm is not watched.
 */
export function whenNpmDies(onDeath: () => void): void {
  if (process.env["npm_lifecycle_event"] !== "start") return;
  const ancestors = launchers();
  const timer = setInterval(() => {
    if (process.ppid === ancestors[0]?.pid && ancestors.every(isAlive)) return;
    clearInterval(timer);
    onDeath();
  }, POLL_MS);
  timer.unref();
}

/** The ancestors of this process, from its parent up to npm. */
function launchers(): readonly ProcessIdentity[] {
  const found: ProcessIdentity[] = [];
  let pid = process.ppid;
  while (found.length < MAX_DEPTH && pid > 1) {
    const identity = identifyProcess(pid);
    if (identity === null) break;
    found.push(identity);
    const facts = parentOf(pid);
    if (facts === null || /^(?:npm|node|pnpm|yarn|bun)/.test(facts.name)) break;
    pid = facts.parent;
  }
  return found;
}
