/** Every Durable Object class, for the Worker to export. */
export { CacheShard } from "./cache-shard/cache-shard.ts";
export { RateLimiter } from "./rate-limiter/rate-limiter.ts";
export { Upstream } from "./upstream/upstream.ts";
