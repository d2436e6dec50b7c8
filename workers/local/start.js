// Plain JavaScript, so that an old Node gets this far: Node older than this cannot even read start.ts.
const NEEDED = [22, 18];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `Refrain needs Node ${NEEDED.join(".")} or later and this is ${process.versions.node}. ` +
      "Run `npm ci` and `npm start`: the project brings its own Node.\n",
  );
  process.exit(1);
}
await import("./start.ts");
