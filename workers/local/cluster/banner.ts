import type { Config } from "../../../shared/config/config.ts";

export interface BannerFacts {
  readonly url: string;
  readonly adminToken: string;
  readonly dataFolder: string;
  readonly config: Config;
  readonly openToNetwork: boolean;
}

/** The line that programs wait for; everything after it is there for people. */
export const READY_PREFIX = "Refrain is ready at ";

/** What `npm start` says once the server answers. */
export function banner(facts: BannerFacts): string {
  const { providers, auth } = facts.config;
  const model = providers.defaultModel === null ? "" : `, model ${providers.defaultModel}`;
  const note = providers.default === "demo" ? " (embedded, no account: set OPENAI_API_KEY for real answers)" : "";
  const key = auth === "keys" ? " \\\n    -H 'authorization: Bearer YOUR-KEY'" : "";
  const warning = facts.openToNetwork && auth === "open" ? ["", "  Anyone who can reach this address can use it: AUTH=open."] : [];
  return [
    `${READY_PREFIX}${facts.url}`,
    "",
    `  provider     ${providers.default}${model}${note}`,
    `  admin token  ${facts.adminToken}`,
    `  data folder  ${facts.dataFolder}`,
    ...warning,
    "",
    "  Ask twice; the first answer is a MISS, the second a HIT:",
    "",
    `  curl -i ${facts.url}/v1/chat/completions${key} \\`,
    "    -H 'content-type: application/json' \\",
    `    -d '{"messages":[{"role":"user","content":"What is the capital of France?"}]}'`,
    "",
    "",
  ].join("\n");
}
