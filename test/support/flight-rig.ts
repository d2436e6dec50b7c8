import type { FlightPorts } from "../../durable-objects/cache-shard/flights/flight.ts";
import { Flight } from "../../durable-objects/cache-shard/flights/flight.ts";
import { IsolateLedger } from "../../shared/memory/isolate-ledger.ts";
import { LedgerMap } from "../../shared/memory/ledger-map.ts";
import { FakeClock } from "./shard-fake-clock.ts";

const ROOMY_BYTES = 64 * 1024 * 1024;
const UNPACKED_BYTES = 1024 * 1024;
const encoder = new TextEncoder();

export interface FlightRig {
  readonly flight: Flight;
  readonly ports: FlightPorts;
  readonly clock: FakeClock;
  readonly ledger: IsolateLedger;
  /** Appends a run of events and delivers it. */
  readonly append: (text: string, usageOnly?: boolean) => void;
  /** Subscribes a client that must be admitted. */
  readonly join: (withUsage?: boolean) => ReadableStream<Uint8Array>;
}

export interface RigOptions {
  readonly maxBytes?: number;
  readonly keep?: boolean;
  readonly limitBytes?: number;
  /** A ledger that several flights share. */
  readonly ledger?: IsolateLedger;
}

let rigs = 0;

/** A flight with a fake clock and its own ledger. */
export function flightRig(options: RigOptions = {}): FlightRig {
  const clock = new FakeClock();
  const ledger = options.ledger ?? new IsolateLedger(options.limitBytes ?? ROOMY_BYTES);
  rigs += 1;
  const owner = `shard-${rigs}`;
  const ports: FlightPorts = {
    clock,
    buffers: ledger.open("flights", owner),
    unpacked: new LedgerMap({
      ledger,
      kind: "hints",
      owner: `${owner}/blocks`,
      maxBytes: UNPACKED_BYTES,
      bytesOf: (bytes) => bytes.byteLength,
    }),
    answers: ledger.open("answers", owner),
    heartbeat: encoder.encode(": beat\n\n"),
    doneEvent: encoder.encode("[DONE]"),
    errorEvent: (error) => encoder.encode(`[ERROR ${error.kind}]`),
    maxBytes: options.maxBytes ?? ROOMY_BYTES,
  };
  const identity = { key: "k", scope: "s", tenant: "t", model: "m", sequence: 0, startedMs: clock.nowMs() };
  const flight = new Flight(identity, ports, options.keep ?? true, () => undefined);
  return {
    flight,
    ports,
    clock,
    ledger,
    append: (text, usageOnly = false) => {
      flight.append(encoder.encode(text), usageOnly, "openai");
      flight.flush();
    },
    join: (withUsage = false) => {
      const stream = flight.subscribe(withUsage);
      if (stream === null) throw new Error("The client was not admitted.");
      return stream;
    },
  };
}

/** A client that reads one chunk each time the test says so. */
export interface Sipper {
  taken: string;
  done: boolean;
  readonly sip: () => Promise<void>;
  readonly leave: () => Promise<void>;
}

export function sipper(stream: ReadableStream<Uint8Array>): Sipper {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const client: Sipper = {
    taken: "",
    done: false,
    sip: async () => {
      const { done, value } = await reader.read();
      client.done = done;
      if (!done) client.taken += decoder.decode(value);
    },
    leave: async () => reader.cancel(),
  };
  return client;
}
