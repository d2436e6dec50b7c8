import { isolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { LedgerMap } from "../../../shared/memory/ledger-map.ts";
import { systemClock } from "../../../shared/time/clock.ts";
import { SSE_DONE, SSE_HEARTBEAT } from "../../../shared/wire/chat/sse-writer.ts";
import { errorEvent } from "../../../shared/wire/errors/error-response.ts";
import type { FlightPorts } from "./flight.ts";

/** Bytes of SSE events above which a flight is not buffered any more: it can be neither joined nor stored. */
const MAX_FLIGHT_BYTES = 32 * 1024 * 1024;
/** Memory for blocks of events that were unpacked for late subscribers: sixteen blocks. */
const MAX_UNPACKED_BYTES = 1024 * 1024;
const UNPACKED_OVERHEAD_BYTES = 500;
const encoder = new TextEncoder();

/** The ports that all flights of a shard share. */
export function flightPorts(shard: number): FlightPorts {
  return {
    clock: systemClock,
    buffers: isolateLedger.open("flights", `shard-${shard}`),
    unpacked: new LedgerMap({
      ledger: isolateLedger,
      kind: "hints",
      owner: `shard-${shard}/blocks`,
      maxBytes: MAX_UNPACKED_BYTES,
      bytesOf: (events) => events.byteLength + UNPACKED_OVERHEAD_BYTES,
    }),
    answers: isolateLedger.open("answers", `shard-${shard}`),
    heartbeat: encoder.encode(SSE_HEARTBEAT),
    doneEvent: encoder.encode(SSE_DONE),
    errorEvent: (error) => encoder.encode(errorEvent(error, "openai", { requestId: "", nowMs: systemClock.nowMs() })),
    maxBytes: MAX_FLIGHT_BYTES,
  };
}
