/** The Worker that body-cost.ts measures. It handles the last body that it was sent, as the front Worker does. */
import { resolveConfig } from "../../shared/config/resolve-config.ts";
import { sha256Hex } from "../../shared/digest/sha256.ts";
import { parseJsonBody } from "../../shared/wire/json/json-body.ts";
import { parseChatRequest } from "../../workers/front/request/chat/chat-request.ts";
import { planRequest } from "../../workers/front/request/request-plan.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
const config = resolveConfig({ OPENAI_BASE_URL: "http://provider.test/v1" }, "bench", sha256Hex);
let bytes = new Uint8Array();

/** Decodes, parses, checks, digests and serialises the body. Stops after `last`. */
function handleBody(last: string | null): void {
  const text = decoder.decode(bytes);
  const json = parseJsonBody(text);
  if (!json.ok) throw new Error(JSON.stringify(json.error));
  if (last === "parse") return;
  const chat = parseChatRequest(json.value);
  if (!chat.ok) throw new Error(JSON.stringify(chat.error));
  if (last === "serialise") {
    JSON.stringify(chat.value.body);
    return;
  }
  if (!config.ok) throw new Error("the configuration is invalid");
  const plan = planRequest({ chat: chat.value, provider: null, tenant: "bench", partitionUser: null, customKey: null }, config.value);
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
}

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/body") bytes = new Uint8Array(await request.arrayBuffer());
    else for (let time = Number(searchParams.get("times")); time > 0; time--) handleBody(searchParams.get("last"));
    return new Response("done");
  },
};
