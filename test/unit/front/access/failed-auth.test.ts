import { describe, expect, it } from "vitest";
import {
  AUTH_FAILURE_WINDOW_MS,
  FailedAuthLimiter,
  MAX_AUTH_FAILURES,
  MAX_FAILED_ADDRESSES,
  networkOf,
} from "../../../../workers/front/access/failed-auth.ts";

const NOW_MS = 1_800_000_000_000;

function failing(limiter: FailedAuthLimiter, address: string, times: number, nowMs = NOW_MS): void {
  for (let failure = 0; failure < times; failure += 1) limiter.noteFailure(address, nowMs);
}

describe("failed authentication", () => {
  it("is allowed up to its limit, then must wait until the window has passed", () => {
    const limiter = new FailedAuthLimiter();
    failing(limiter, "192.0.2.1", MAX_AUTH_FAILURES - 1);
    expect(limiter.retryAfterSeconds("192.0.2.1", NOW_MS)).toBe(0);
    failing(limiter, "192.0.2.1", 1, NOW_MS + 500);
    expect(limiter.retryAfterSeconds("192.0.2.1", NOW_MS + 500)).toBe(60);
    expect(limiter.retryAfterSeconds("192.0.2.1", NOW_MS + AUTH_FAILURE_WINDOW_MS - 1)).toBe(1);
    expect(limiter.retryAfterSeconds("192.0.2.1", NOW_MS + AUTH_FAILURE_WINDOW_MS)).toBe(0);
    expect(limiter.retryAfterSeconds("192.0.2.2", NOW_MS + 500)).toBe(0);
  });

  it("begins a new window after the old one", () => {
    const limiter = new FailedAuthLimiter();
    failing(limiter, "192.0.2.1", MAX_AUTH_FAILURES);
    failing(limiter, "192.0.2.1", MAX_AUTH_FAILURES - 1, NOW_MS + AUTH_FAILURE_WINDOW_MS);
    expect(limiter.retryAfterSeconds("192.0.2.1", NOW_MS + AUTH_FAILURE_WINDOW_MS)).toBe(0);
  });

  it("remembers a bounded number of addresses", () => {
    const limiter = new FailedAuthLimiter();
    failing(limiter, "192.0.2.1", MAX_AUTH_FAILURES);
    for (let other = 1; other < MAX_FAILED_ADDRESSES; other += 1) limiter.noteFailure(`other-${other}`, NOW_MS + 1);
    expect(limiter.retryAfterSeconds("192.0.2.1", NOW_MS + 1)).toBeGreaterThan(0);
    limiter.noteFailure("one-more", NOW_MS + 1);
    expect(limiter.retryAfterSeconds("192.0.2.1", NOW_MS + 1)).toBe(0);
  });

  it("does not block an address indefinitely when the clock is set back", () => {
    const limiter = new FailedAuthLimiter();
    failing(limiter, "192.0.2.1", MAX_AUTH_FAILURES);
    expect(limiter.retryAfterSeconds("192.0.2.1", NOW_MS - 86_400_000)).toBe(0);
  });

  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["", ""],
  ])("counts %s as %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
