import { afterEach, describe, expect, it, vi } from "vitest";
import { configOf } from "../../../shared/config/config-cache.ts";
import { sha256Hex } from "../../../shared/digest/sha256.ts";

afterEach(() => vi.restoreAllMocks());

describe("the isolate's configuration", () => {
  it("is resolved once per environment", () => {
    const env = { SHARD_COUNT: "3" };
    expect(configOf(env)).toBe(configOf(env));
    expect(configOf({ SHARD_COUNT: "3" })).not.toBe(configOf(env));
  });

  it("is reported once when invalid, with all problems and no values", () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const env = { SHARD_COUNT: "0", ADMIN_TOKEN: "hush" };
    expect(configOf(env).ok).toBe(false);
    configOf(env);
    expect(log).toHaveBeenCalledTimes(1);
    const line = String(log.mock.calls[0]?.[0]);
    expect(JSON.parse(line)).toMatchObject({ event: "config_invalid", issues: [{ variable: "ADMIN_TOKEN" }, { variable: "SHARD_COUNT" }] });
    expect(line).not.toContain("hush");
  });

  it("uses SHA-256 for digests", () => {
    expect(sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
