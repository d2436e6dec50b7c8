/** The Durable Object classes that the Worker exports. */
export { CacheShard } from "./cache-shard/cache-shard.ts";
export { RateLimiter } from "./rate-limiter/rate-limiter.ts";
export { Upstream } from "./upstream/upstream.ts";
