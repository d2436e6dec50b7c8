import { describe, expect, test } from "vitest";
import { isLoopback, parseLocalOptions } from "../../../workers/local/cluster/options.ts";

describe("local options", () => {
  test("have defaults for one machine", () => {
    expect(parseLocalOptions([], {})).toEqual({
      ok: true,
      value: { host: "127.0.0.1", port: 8787, dataDir: ".refrain", varsFile: ".dev.vars", varsFileNamed: false, help: false },
    });
  });

  test("come from the environment, and the command line takes precedence", () => {
    const env = { HOST: "::1", PORT: "9000", DATA_DIR: "/data" };
    expect(parseLocalOptions([], env)).toMatchObject({ value: { host: "::1", port: 9000, dataDir: "/data" } });
    expect(parseLocalOptions(["--port", "0", "--host", "127.0.0.2", "--data-dir", "x"], env)).toMatchObject({
      value: { host: "127.0.0.2", port: 0, dataDir: "x" },
    });
  });

  test("treat an empty variable as unset", () => {
    expect(parseLocalOptions([], { HOST: "", PORT: " ", DATA_DIR: "" })).toMatchObject({ value: { host: "127.0.0.1", port: 8787 } });
  });

  test.each(["-1", "65536", "80.5", "http", "0x50"])("refuse port %s", (port) => {
    expect(parseLocalOptions([], { PORT: port })).toMatchObject({ ok: false });
  });

  test("refuse unknown options and arguments", () => {
    expect(parseLocalOptions(["--prot", "1"], {})).toMatchObject({ ok: false });
    expect(parseLocalOptions(["serve"], {})).toMatchObject({ ok: false });
  });
});

test.each([
  ["127.0.0.1", true],
  ["127.8.8.8", true],
  ["localhost", true],
  ["::1", true],
  ["0.0.0.0", false],
  ["::", false],
  ["192.168.1.2", false],
  ["127.example.com", false],
])("%s is loopback: %s", (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
