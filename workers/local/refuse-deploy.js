// Wrangler runs this as the build command of the top-level environment, which is for this machine only. `wrangler dev`
// goes on; everything that uploads is refused before it creates anything. Plain JavaScript, for any version of Node.
const command = process.env["WRANGLER_COMMAND"];

if (command !== "dev" && command !== "types") {
  process.stderr.write(
    "The top level of wrangler.toml is for this machine and is never deployed. Name an environment:\n" +
      "  npm run deploy:staging      (wrangler deploy --env staging)\n" +
      "  npm run deploy:production   (wrangler deploy --env production)\n",
  );
  process.exit(1);
}
