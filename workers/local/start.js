// Plain JavaScript, because a Node that is too old cannot load start.ts and could not print this message.
const NEEDED = [22, 18];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `Refrain requires Node ${NEEDED.join(".")} or later; this is Node ${process.versions.node}. ` +
      "Run `npm ci` and `npm start`: the project installs its own Node.\n",
  );
  process.exit(1);
}
await import("./start.ts");
