import type { UpstreamCall } from "../../../shared/contracts/upstream-api.ts";
import type { AnswerSink } from "../../../shared/providers/call/event-run.ts";
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
  const sink: AnswerSink = {
    append: (run, usageOnly) => flight.append(run, usageOnly, provider),
    appendText: (run, usageOnly) => flight.append(run, usageOnly, provider),
    flush: () => flight.flush(),
    hold: (bytes) => {
      flight.hold(bytes);
      return true;
    },
    drained: () => flight.drained(),
  };
  const answer = new ProviderAnswer(request, sink, {
    ...ports,
    call: (call, signal) =>
      ports.call(call, { tenant: flight.identity.tenant, signal, isWanted: () => !signal.aborted && flight.isAwaited }),
  });
  flight.onAbandoned(() => answer.abandon());
  return answer.read();
}
