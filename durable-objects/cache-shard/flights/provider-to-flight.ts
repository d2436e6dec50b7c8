import type { ProviderAnswerPorts, ProviderOutcome, ProviderRequest } from "../../../shared/providers/call/provider-answer.ts";
import { ProviderAnswer } from "../../../shared/providers/call/provider-answer.ts";
import type { Flight } from "./flight.ts";

/** Makes one provider call and appends its events to a flight. Never throws, and ends in bounded time. */
export async function pumpUpstream(flight: Flight, request: ProviderRequest, ports: ProviderAnswerPorts): Promise<ProviderOutcome> {
  const { provider } = request;
  const answer = new ProviderAnswer(request, { append: (event, usageOnly) => flight.append(event, usageOnly, provider) }, ports);
  flight.onAbandoned(() => answer.abandon());
  return answer.read();
}
