import { expect, test } from "vitest";
import { missingOptionalPackages, readLock } from "../support/complete-lock.ts";

test("the lock names every platform's native packages, so that `npm ci` accepts it (else: npm run lock)", () => {
  expect(missingOptionalPackages(readLock())).toEqual([]);
});

test("a package that is missing is seen, one beside its parent or around it is not", () => {
  const asks = { optionalDependencies: { "@a/linux-x64": "1.0.0" } };
  const path = "node_modules/b/node_modules/a";
  expect(missingOptionalPackages({ packages: { [path]: asks } })).toEqual([
    { path: "node_modules/b/node_modules/@a/linux-x64", name: "@a/linux-x64", version: "1.0.0", dev: false },
  ]);
  for (const around of ["", "node_modules/b/", "node_modules/b/node_modules/a/"]) {
    expect(missingOptionalPackages({ packages: { [path]: asks, [`${around}node_modules/@a/linux-x64`]: {} } })).toEqual([]);
  }
});
