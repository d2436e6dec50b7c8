import type { Config } from "../../../shared/config/config.ts";

export interface BannerFacts {
  readonly url: string;
  readonly adminToken: string;
  readonly dataFolder: string;
  readonly config: Config;
  readonly openToNetwork: boolean;
}

/** Beginning of the line that programs wait for. The rest of the banner is for people. */
export const READY_PREFIX = "Refrain is ready at ";

/** The text that `npm start` prints when the server is ready. */
export function banner(facts: BannerFacts): string {
  const { providers, auth } = facts.config;
  const model = providers.defaultModel === null ? "" : `, model ${providers.defaultModel}`;
  const note = providers.default === "demo" ? " (embedded, needs no account; set OPENAI_API_KEY for real answers)" : "";
  const key = auth === "keys" ? " \\\n    -H 'authorization: Bearer YOUR-KEY'" : "";
  const warning =
    facts.openToNetwork && auth === "open" ? ["", "  Anyone who can reach this address can use the server, because AUTH=open."] : [];
  return [
    `${READY_PREFIX}${facts.url}`,
    "",
    `  provider     ${providers.default}${model}${note}`,
    `  admin token  ${facts.adminToken}`,
    `  data folder  ${facts.dataFolder}`,
    ...warning,
    "",
    "  Send this request twice. The first answer is a MISS, the second a HIT:",
    "",
    `  curl -i ${facts.url}/v1/chat/completions${key} \\`,
    "    -H 'content-type: application/json' \\",
    `    -d '{"messages":[{"role":"user","content":"What is the capital of France?"}]}'`,
    "",
    "",
  ].join("\n");
}
