import { describe, expect, it } from "vitest";
import { objectFailure } from "../../../shared/contracts/object-failure.ts";

function thrown(message: string, properties: Record<string, unknown> = {}): Error {
  return Object.assign(new Error(message), properties);
}

/** Messages of the runtime and of Cloudflare's troubleshooting page. `test/e2e/shards` provokes those that it can. */
const FAILURES: readonly (readonly [string, unknown, string, boolean])[] = [
  ["a deployment", thrown("Durable Object reset because its code was updated.", { durableObjectReset: true }), "reset", true],
  ["a deployment that says more", thrown("reset", { durableObjectReset: true, retryable: true, remote: true }), "reset", true],
  ["a lost connection", thrown("Network connection lost.", { retryable: true }), "unreachable", true],
  ["an internal error", thrown("internal error; reference = abc123", { remote: true }), "unreachable", false],
  ["an unknown error", thrown("something new"), "unreachable", false],
  ["a value that is not an error", "gone", "unreachable", false],
  ["nothing", undefined, "unreachable", false],
  [
    "an overload",
    thrown("Durable Object is overloaded. Requests queued for too long.", { overloaded: true, retryable: true }),
    "overloaded",
    false,
  ],
  ["an overload without its property", thrown("Durable Object is overloaded. Too many requests queued."), "overloaded", false],
  ["an overloaded account", thrown("Your account is generating too much load on Durable Objects."), "overloaded", false],
  [
    "used up CPU time",
    thrown("Durable Object exceeded its CPU time limit and was reset.", { durableObjectReset: true }),
    "overloaded",
    false,
  ],
  [
    "used up memory",
    thrown("Durable Object's isolate exceeded its memory limit and was reset.", { durableObjectReset: true }),
    "overloaded",
    false,
  ],
  ["a full disk", thrown("database or disk is full: SQLITE_FULL", { remote: true }), "storage", false],
  ["a disk error", thrown("disk I/O error: SQLITE_IOERR"), "storage", false],
  ["a wrong statement", thrown("no such table: entries: SQLITE_ERROR", { remote: true }), "fault", false],
  ["an exception of the object", thrown("x is not iterable", { remote: true }), "fault", false],
  ["a bug on this side", new TypeError("stub.answer is not a function"), "fault", false],
];

describe("a call to an object that failed because of", () => {
  it.each(FAILURES)("%s is classified by its properties, then by its text", (_what, error, kind, mayRepeat) => {
    expect(objectFailure(error)).toMatchObject({ kind, mayRepeat });
  });

  it("anything has a message of bounded length", () => {
    expect(objectFailure(thrown("x".repeat(10_000))).message).toHaveLength(300);
  });
});
