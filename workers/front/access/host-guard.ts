import type { Config } from "../../../shared/config/config.ts";

/** True for the names and addresses of the loopback interface. IPv6 addresses are in brackets, as in a URL. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * True when a loopback server must refuse the request because `Host` is not a loopback name. This stops DNS rebinding:
 * a page whose name was made to resolve to this machine sends that name. A server that listens on another address
 * cannot know all its names, so it accepts any.
 */
export function isForeignHost(hostname: string, config: Config): boolean {
  if (config.listenHost === null || !isLoopbackHost(config.listenHost === "::1" ? "[::1]" : config.listenHost)) return false;
  return !isLoopbackHost(hostname);
}
