import { expect, test } from "vitest";
import { missingOptionalPackages, readLock } from "../support/complete-lock.ts";

test("the lock contains the native packages of every platform, so that `npm ci` accepts it (if not: npm run lock)", () => {
  expect(missingOptionalPackages(readLock())).toEqual([]);
});

test("a missing package is found, unless it is beside its parent or a package that contains it", () => {
  const asks = { optionalDependencies: { "@a/linux-x64": "1.0.0" } };
  const path = "node_modules/b/node_modules/a";
  expect(missingOptionalPackages({ packages: { [path]: asks } })).toEqual([
    { path: "node_modules/b/node_modules/@a/linux-x64", name: "@a/linux-x64", version: "1.0.0", dev: false },
  ]);
  for (const around of ["", "node_modules/b/", "node_modules/b/node_modules/a/"]) {
    expect(missingOptionalPackages({ packages: { [path]: asks, [`${around}node_modules/@a/linux-x64`]: {} } })).toEqual([]);
  }
});
