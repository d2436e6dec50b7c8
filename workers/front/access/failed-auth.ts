/** Limits key guessing: an address that fails too often must wait until its window has passed. */
import { BoundedMap } from "../../../shared/domain/bounded-map.ts";
import { MS_PER_SECOND } from "../../../shared/domain/units.ts";

/** Failed authentications that one address may have per window. */
export const MAX_AUTH_FAILURES = 20;

/** Length of a window in milliseconds. It starts at the first failure. */
export const AUTH_FAILURE_WINDOW_MS = 60_000;

/** Addresses remembered. When there are more, the one whose window began first is dropped. */
export const MAX_FAILED_ADDRESSES = 10_000;

/** Hextets in the network part of an IPv6 address: one client usually owns a whole /64. */
const IPV6_NETWORK_HEXTETS = 4;

interface FailureWindow {
  readonly startMs: number;
  failures: number;
}

export class FailedAuthLimiter {
  /** Oldest window first. */
  readonly #windows = new BoundedMap<string, FailureWindow>({ maxWeight: MAX_FAILED_ADDRESSES });

  /** Whole seconds that the address must wait; 0 when it may try now. */
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

/** Also true when the clock was set back by more than a window, so that no address stays blocked indefinitely. */
function expired(window: FailureWindow, nowMs: number): boolean {
  return nowMs >= window.startMs + AUTH_FAILURE_WINDOW_MS || nowMs < window.startMs - AUTH_FAILURE_WINDOW_MS;
}

/** The name under which an address is counted: an IPv4 address itself, the /64 of an IPv6 address. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const leading = head === "" ? [] : head.split(":");
  const trailing = tail === undefined || tail === "" ? [] : tail.split(":");
  // An IPv4-mapped address (::ffff:192.0.2.1) counts as the IPv4 address.
  const last = trailing.at(-1) ?? "";
  if (last.includes(".") && leading.length === 0) return last;
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - leading.length - trailing.length);
  const hextets = [...leading, ...Array<string>(zeros).fill("0"), ...trailing].slice(0, IPV6_NETWORK_HEXTETS);
  return `${hextets.map((hextet) => hextet.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}
