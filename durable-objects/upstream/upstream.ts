import { DurableObject } from "cloudflare:workers";
import { configOf } from "../../shared/config/config-cache.ts";
import type { UpstreamApi, UpstreamCall, UpstreamReply } from "../../shared/contracts/upstream-api.ts";
import { callProvider } from "../../shared/providers/call/provider-call.ts";

/** Calls providers for shards whose own connection slots are in use. Stateless. */
export class Upstream extends DurableObject<Env> implements UpstreamApi {
  async call(request: UpstreamCall): Promise<UpstreamReply> {
    const config = configOf(this.env);
    const provider = config.ok ? config.value.providers.configured.find((known) => known.name === request.provider) : undefined;
    if (provider === undefined) return { kind: "unreachable" };
    return callProvider(provider, request, (url, init) => fetch(url, init));
  }
}
