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
 * `stream_options`. They are added to the text, which avoids parsing a large body again.
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

/** Appends the path to a base URL, before the URL's query (`?api-version=…`) if there is one. */
function endpoint(baseUrl: string, path: string): string {
  const query = baseUrl.indexOf("?");
  const [base, search] = query === -1 ? [baseUrl, ""] : [baseUrl.slice(0, query), baseUrl.slice(query)];
  return `${base.replace(/\/+$/, "")}/${path}${search}`;
}
