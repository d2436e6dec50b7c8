import { waitUntil } from "cloudflare:workers";
import type { LimitsConfig } from "../../shared/config/config.ts";
import { LeaseBook } from "./lease-book.ts";
import type { QueuePorts } from "./lease-queue.ts";
import { durableLimiters, type LimiterNamespace } from "./limiter-port.ts";

/** Creates the lease book of an isolate, which all its requests share. */
export function isolateLeaseBook(
  namespace: LimiterNamespace,
  limits: Pick<LimitsConfig, "user" | "tenant">,
  unreachable: QueuePorts["unreachable"],
): LeaseBook {
  return new LeaseBook({
    limiters: durableLimiters(namespace),
    policies: { user: limits.user, tenant: limits.tenant },
    ports: {
      nowMs: () => Date.now(),
      newAttempt: () => crypto.randomUUID(),
      startTimer: (delayMs, fire) => {
        const timer = setTimeout(fire, delayMs);
        return () => clearTimeout(timer);
      },
      defer: waitUntil,
      unreachable,
    },
  });
}
