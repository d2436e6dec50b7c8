/**
 * The RPC surface of the Upstream Durable Object: it only calls a provider and streams the answer back.
 * It exists because an object may wait for the response headers of about six connections at once;
 * the flight itself stays in its shard.
 */
export interface UpstreamCall {
  readonly provider: string;
  /** The effective request as JSON text, without `stream`/`stream_options` (the adapter adds them). */
  readonly body: string;
  readonly model: string;
  /** False only for providers that refused to stream this request. */
  readonly stream: boolean;
  readonly firstByteTimeoutMs: number;
}

/** What came back: a status and the raw body, or why there is none. */
export type UpstreamReply =
  | {
      readonly kind: "response";
      readonly status: number;
      readonly contentType: string;
      readonly retryAfter: string | null;
      readonly body: ReadableStream<Uint8Array> | null;
    }
  | { readonly kind: "unreachable" }
  | { readonly kind: "timeout" };

export interface UpstreamApi {
  call(request: UpstreamCall): Promise<UpstreamReply>;
}
