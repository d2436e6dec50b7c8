import { describe, expect, it } from "vitest";
import { SmokeCheck } from "../../../workers/local/smoke/smoke-check.ts";
import { objectNotice } from "../../../workers/local/smoke/object-notice.ts";

const URL_OF_DEPLOYMENT = "https://refrain.example.workers.dev";

describe("a smoke run against a deployment", () => {
  it.each([
    [{ jurisdiction: null, location: null }, "near this machine, because neither SHARD_LOCATION nor JURISDICTION is set"],
    [{ jurisdiction: null, location: "weur" }, "near weur (SHARD_LOCATION)"],
    [{ jurisdiction: "eu", location: null }, "in the jurisdiction eu (JURISDICTION)"],
    [{ jurisdiction: "eu", location: "weur" }, "in the jurisdiction eu (JURISDICTION), near weur (SHARD_LOCATION)"],
    [undefined, "this deployment does not say where"],
  ])("says that it creates objects and where (%j)", (placement, where) => {
    expect(objectNotice(URL_OF_DEPLOYMENT, placement)).toContain(where);
  });

  it("says nothing about a server on this machine", () => {
    for (const url of ["http://127.0.0.1:8787", "http://localhost:8787", "http://[::1]:8787"])
      expect(objectNotice(url, { jurisdiction: null, location: null })).toBeNull();
  });

  it("says so after /health, which creates none, and before any other request", async () => {
    const steps: string[] = [];
    const health = { status: "ok", placement: { jurisdiction: null, location: "oc" } };
    const check = new SmokeCheck({
      url: URL_OF_DEPLOYMENT,
      key: null,
      adminToken: null,
      model: null,
      print: (line) => void (line.startsWith("note") && steps.push(line)),
      pause: async (delayMs) => void steps.push(`pause ${delayMs}`),
      fetch: async (url) => {
        steps.push(new URL(url).pathname);
        return Response.json(health);
      },
    });
    await check.run();
    expect(steps.slice(0, 4)).toEqual([
      "/health",
      expect.stringContaining("near oc (SHARD_LOCATION)"),
      "pause 5000",
      "/v1/chat/completions",
    ]);
  });
});
