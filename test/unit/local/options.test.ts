import { describe, expect, test } from "vitest";
import { isLoopback, parseLocalOptions } from "../../../workers/local/cluster/options.ts";

/** No variables file. */
const NO_FILE = (): null => null;

describe("local options", () => {
  test("have defaults for one machine", () => {
    expect(parseLocalOptions([], {}, NO_FILE)).toEqual({
      ok: true,
      value: { host: "127.0.0.1", port: 8787, dataDir: ".refrain", varsFile: ".dev.vars", file: {}, help: false },
    });
  });

  test("come from the environment, and the command line takes precedence", () => {
    const env = { HOST: "::1", PORT: "9000", DATA_DIR: "/data" };
    expect(parseLocalOptions([], env, NO_FILE)).toMatchObject({ value: { host: "::1", port: 9000, dataDir: "/data" } });
    expect(parseLocalOptions(["--port", "0", "--host", "127.0.0.2", "--data-dir", "x"], env, NO_FILE)).toMatchObject({
      value: { host: "127.0.0.2", port: 0, dataDir: "x" },
    });
  });

  test("also come from the variables file, which the environment overrides", () => {
    const file = { HOST: "localhost", PORT: "9001", DATA_DIR: "from-file", SHARD_COUNT: "3" };
    const read = (path: string): Record<string, string> | null => (path === "mine" ? file : null);
    expect(parseLocalOptions(["--vars-file", "mine"], { PORT: "9002" }, read)).toMatchObject({
      value: { host: "localhost", port: 9002, dataDir: "from-file", file },
    });
    expect(parseLocalOptions(["--vars-file", "mine"], {}, () => ({ PORT: "many" }))).toMatchObject({ ok: false });
  });

  test("refuse a variables file that is named and cannot be read", () => {
    expect(parseLocalOptions(["--vars-file", "mine"], {}, NO_FILE)).toEqual({
      ok: false,
      error: "The variables file mine cannot be read.",
    });
    expect(parseLocalOptions(["--vars-file", "mine", "--help"], {}, NO_FILE)).toMatchObject({ value: { help: true } });
  });

  test("treat an empty variable as unset", () => {
    expect(parseLocalOptions([], { HOST: "", PORT: " ", DATA_DIR: "" }, NO_FILE)).toMatchObject({
      value: { host: "127.0.0.1", port: 8787 },
    });
  });

  test.each(["-1", "65536", "80.5", "http", "0x50"])("refuse port %s", (port) => {
    expect(parseLocalOptions([], { PORT: port }, NO_FILE)).toMatchObject({ ok: false });
  });

  test("refuse unknown options and arguments", () => {
    expect(parseLocalOptions(["--prot", "1"], {}, NO_FILE)).toMatchObject({ ok: false });
    expect(parseLocalOptions(["serve"], {}, NO_FILE)).toMatchObject({ ok: false });
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
