import { isolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { systemClock } from "../../../shared/time/clock.ts";
import { SSE_DONE, SSE_HEARTBEAT } from "../../../shared/wire/chat/sse-writer.ts";
import { errorEvent } from "../../../shared/wire/errors/error-response.ts";
import type { FlightPorts } from "./flight.ts";

/** Bytes of SSE events above which a flight can no longer be joined or stored. */
const MAX_FLIGHT_BYTES = 32 * 1024 * 1024;
const encoder = new TextEncoder();

/** The ports that all flights of a shard share. */
export function flightPorts(shard: number): FlightPorts {
  return {
    clock: systemClock,
    ledger: isolateLedger.open("flights", `shard-${shard}`),
    heartbeat: encoder.encode(SSE_HEARTBEAT),
    doneEvent: encoder.encode(SSE_DONE),
    errorEvent: (error) => encoder.encode(errorEvent(error, "openai", { requestId: "", nowMs: systemClock.nowMs() })),
    maxBytes: MAX_FLIGHT_BYTES,
  };
}
