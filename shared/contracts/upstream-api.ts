/**
 * Request to the Upstream Durable Object, which calls a provider and streams the answer back. It exists because one
 * object may wait for the response headers of only about six connections at a time. The flight stays in its shard.
 */
export interface UpstreamCall {
  readonly provider: string;
  /** The effective request as JSON text, without `stream` and `stream_options`, which the adapter adds. */
  readonly body: string;
  readonly model: string;
  /** False only when the provider has refused to stream this request. */
  readonly stream: boolean;
  readonly firstByteTimeoutMs: number;
}

/** The provider's status and raw body, or the reason why there is no response. */
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
