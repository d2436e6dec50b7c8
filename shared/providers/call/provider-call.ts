import { sha256Hex } from "../../digest/sha256.ts";
import type { ProviderConfig } from "../../config/config.ts";
import type { UpstreamCall, UpstreamReply } from "../../contracts/upstream-api.ts";
import { demoChat } from "../demo/demo.ts";
import { chatCall } from "./chat-call.ts";

/** Performs an HTTP request. Tests pass a fake. */
export type FetchPort = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Calls a provider. Resolves when the response headers arrive; the body is still streaming. Never throws.
 * @param signal gives the call up while it waits for the headers
 */
export async function callProvider(
  provider: ProviderConfig,
  request: UpstreamCall,
  fetchPort: FetchPort,
  signal: AbortSignal | null = null,
): Promise<UpstreamReply> {
  if (provider.embedded) return replyOf(demoAnswer(request));
  const call = chatCall(provider, request.body, request.stream);
  const abort = new AbortController();
  const giveUp = (): void => abort.abort();
  const timer = setTimeout(giveUp, request.firstByteTimeoutMs);
  signal?.addEventListener("abort", giveUp);
  try {
    const response = await fetchPort(call.url, {
      method: call.method,
      headers: call.headers,
      body: call.body,
      // Following a redirect could send the API key to another host.
      redirect: "manual",
      signal: abort.signal,
    });
    return replyOf(response);
  } catch {
    return abort.signal.aborted ? { kind: "timeout" } : { kind: "unreachable" };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
}

function demoAnswer(request: UpstreamCall): Response {
  return demoChat(request.body, request.stream, {
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    nowMs: () => Date.now(),
    digest: sha256Hex,
  });
}

function replyOf(response: Response): UpstreamReply {
  return {
    kind: "response",
    status: response.status,
    contentType: response.headers.get("content-type") ?? "",
    retryAfter: response.headers.get("retry-after"),
    body: response.body,
  };
}
