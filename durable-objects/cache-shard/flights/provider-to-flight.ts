import type { UpstreamCall } from "../../../shared/contracts/upstream-api.ts";
import type { CallReply, ProviderAnswerPorts, ProviderOutcome, ProviderRequest } from "../../../shared/providers/call/provider-answer.ts";
import { ProviderAnswer } from "../../../shared/providers/call/provider-answer.ts";
import type { CallFor } from "../upstream/upstream-slots.ts";
import type { Flight } from "./flight.ts";

/** What a provider call for a flight needs. */
export interface PumpPorts extends Pick<ProviderAnswerPorts, "clock" | "patience"> {
  call(request: UpstreamCall, caller: CallFor): Promise<CallReply>;
}

/** Makes one provider call and appends its events to a flight. Never throws, and ends in bounded time. */
export async function pumpUpstream(flight: Flight, request: ProviderRequest, ports: PumpPorts): Promise<ProviderOutcome> {
  const { provider } = request;
  const sink = { append: (event: Uint8Array, usageOnly: boolean) => flight.append(event, usageOnly, provider) };
  const answer = new ProviderAnswer(request, sink, {
    ...ports,
    call: (call, signal) =>
      ports.call(call, { tenant: flight.identity.tenant, signal, isWanted: () => !signal.aborted && flight.isAwaited }),
  });
  flight.onAbandoned(() => answer.abandon());
  return answer.read();
}
