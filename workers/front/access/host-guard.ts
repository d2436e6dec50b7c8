import type { Config } from "../../../shared/config/config.ts";

/** True for this machine's own names. IPv6 addresses as URLs write them, in brackets. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * A local server takes requests for its own names only: a page whose name was made to resolve to this machine
 * (DNS rebinding) sends its own name in `Host`. A server that listens to the network cannot know all its names.
 */
export function isForeignHost(hostname: string, config: Config): boolean {
  if (config.listenHost === null || !isLoopbackHost(config.listenHost === "::1" ? "[::1]" : config.listenHost)) return false;
  return !isLoopbackHost(hostname);
}
