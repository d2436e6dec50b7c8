/** Slows guessing at keys: addresses that failed too often wait until their window has passed. */
import { BoundedMap } from "../../../shared/domain/bounded-map.ts";
import { MS_PER_SECOND } from "../../../shared/domain/units.ts";

/** Failures one address may have per window. */
export const MAX_AUTH_FAILURES = 20;

/** The window, in milliseconds from the first failure in it. */
export const AUTH_FAILURE_WINDOW_MS = 60_000;

/** Addresses remembered; the one whose window began first gives way. */
export const MAX_FAILED_ADDRESSES = 10_000;

/** Hextets of an IPv6 address that name its network: one client owns all addresses of a /64. */
const IPV6_NETWORK_HEXTETS = 4;

interface FailureWindow {
  readonly startMs: number;
  failures: number;
}

export class FailedAuthLimiter {
  /** In the order in which the windows began. */
  readonly #windows = new BoundedMap<string, FailureWindow>({ maxWeight: MAX_FAILED_ADDRESSES });

  /** Whole seconds the address must wait; 0 when it may try. Successes need not be told. */
  retryAfterSeconds(address: string, nowMs: number): number {
    const window = this.#windows.peek(networkOf(address));
    if (window === undefined || window.failures < MAX_AUTH_FAILURES || expired(window, nowMs)) return 0;
    return Math.ceil((window.startMs + AUTH_FAILURE_WINDOW_MS - nowMs) / MS_PER_SECOND);
  }

  /** Counts one failed authentication. */
  noteFailure(address: string, nowMs: number): void {
    const network = networkOf(address);
    const window = this.#windows.peek(network);
    if (window !== undefined && !expired(window, nowMs)) window.failures += 1;
    else this.#windows.set(network, { startMs: nowMs, failures: 1 });
  }
}

/** A clock that was set back ends the window too, or it could last for ever. */
function expired(window: FailureWindow, nowMs: number): boolean {
  return nowMs >= window.startMs + AUTH_FAILURE_WINDOW_MS || nowMs < window.startMs - AUTH_FAILURE_WINDOW_MS;
}

/** IPv4 addresses as they are, IPv6 addresses as their /64. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const leading = head === "" ? [] : head.split(":");
  const trailing = tail === undefined || tail === "" ? [] : tail.split(":");
  // A mapped address (::ffff:192.0.2.1) is the IPv4 client itself.
  const last = trailing.at(-1) ?? "";
  if (last.includes(".") && leading.length === 0) return last;
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - leading.length - trailing.length);
  const hextets = [...leading, ...Array<string>(zeros).fill("0"), ...trailing].slice(0, IPV6_NETWORK_HEXTETS);
  return `${hextets.map((hextet) => hextet.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}
