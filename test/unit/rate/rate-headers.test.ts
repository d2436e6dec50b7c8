import { describe, expect, it } from "vitest";
import { durationText, rateHeaders } from "../../../workers/limits/rate-headers.ts";

const STATE = { limit: 1000, burst: 50, windowSeconds: 3600, remaining: 42, resetSeconds: 28.8, retryAfterSeconds: 0 };

describe("rate-limit headers", () => {
  it("give the policy, what is left and when the bucket is full", () => {
    expect(rateHeaders(STATE, "user")).toEqual([
      ["RateLimit-Policy", '"user";q=1000;w=3600;refrain-burst=50'],
      ["RateLimit", '"user";r=42;t=29'],
      ["x-ratelimit-limit-requests", "50"],
      ["x-ratelimit-remaining-requests", "42"],
      ["x-ratelimit-reset-requests", "28.8s"],
    ]);
  });

  it("agree with Retry-After while requests are denied", () => {
    const headers = new Map(rateHeaders({ ...STATE, remaining: 0, resetSeconds: 180, retryAfterSeconds: 4 }, "user"));
    expect(headers.get("RateLimit")).toBe('"user";r=0;t=4');
    expect(headers.get("x-ratelimit-reset-requests")).toBe("3m0s");
  });

  it.each([
    [0, "0s"],
    [0.0001, "1ms"],
    [0.25, "250ms"],
    [1, "1s"],
    [1.5, "1.5s"],
    [59.9996, "1m0s"],
    [360, "6m0s"],
    [3600, "1h0m0s"],
    [3661.25, "1h1m1.25s"],
    [90_000, "25h0m0s"],
  ])("write %d seconds as %s", (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});
