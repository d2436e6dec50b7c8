import type { ProviderConfig } from "../../config/config.ts";

/** One HTTP request to a provider. */
export interface HttpCall {
  readonly url: string;
  readonly method: "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const STREAM_MEMBERS = '"stream":true,"stream_options":{"include_usage":true}';

/**
 * Builds the HTTP request of a chat call. `body` is the effective request as JSON text without `stream` and
 * `stream_options`: those are added to the text, so that a large body is not parsed again.
 */
export function chatCall(provider: ProviderConfig, body: string, stream: boolean): HttpCall {
  const headers: Record<string, string> = { "content-type": "application/json", accept: stream ? "text/event-stream" : "application/json" };
  if (provider.apiKey !== null) headers["authorization"] = `Bearer ${provider.apiKey}`;
  return { url: endpoint(provider.baseUrl, "chat/completions"), method: "POST", headers, body: stream ? withStreamMembers(body) : body };
}

function withStreamMembers(body: string): string {
  const head = body.slice(0, body.lastIndexOf("}")).trimEnd();
  return `${head}${head.endsWith("{") ? "" : ","}${STREAM_MEMBERS}}`;
}

/** A base URL may carry a query (`?api-version=…`): the path goes before it. */
function endpoint(baseUrl: string, path: string): string {
  const query = baseUrl.indexOf("?");
  const [base, search] = query === -1 ? [baseUrl, ""] : [baseUrl.slice(0, query), baseUrl.slice(query)];
  return `${base.replace(/\/+$/, "")}/${path}${search}`;
}
