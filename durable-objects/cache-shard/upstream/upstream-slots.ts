import type { ProviderConfig } from "../../../shared/config/config.ts";
import type { UpstreamApi, UpstreamCall } from "../../../shared/contracts/upstream-api.ts";
import type { CallReply } from "../../../shared/providers/call/provider-answer.ts";
import type { FetchPort } from "../../../shared/providers/call/provider-call.ts";
import { callProvider } from "../../../shared/providers/call/provider-call.ts";

/** `Upstream` objects that one shard may use at a time. */
const MAX_REMOTE_OBJECTS = 32;
/** Calls that may wait for a slot; more are refused at once. */
const MAX_QUEUED_CALLS = 1000;

export interface UpstreamSlotPorts {
  readonly fetch: FetchPort;
  /** The `Upstream` object with this index. */
  remote(index: number): UpstreamApi;
}

/**
 * Sends a shard's calls to providers. The platform lets one object wait for the response headers of about six
 * connections. Calls beyond `slots` go through `Upstream` objects, and calls beyond the slots of those queue in order.
 */
export class UpstreamSlots {
  readonly #providers: readonly ProviderConfig[];
  readonly #slots: number;
  readonly #ports: UpstreamSlotPorts;
  /** Calls that wait for response headers, by place: 0 is the shard itself, the others are `Upstream` objects. */
  readonly #waiting: number[] = [0];
  readonly #queue: ((place: number) => void)[] = [];
  #active = 0;

  constructor(providers: readonly ProviderConfig[], slots: number, ports: UpstreamSlotPorts) {
    this.#providers = providers;
    this.#slots = slots;
    this.#ports = ports;
  }

  /** Calls that wait for response headers now. */
  get active(): number {
    return this.#active;
  }

  get queued(): number {
    return this.#queue.length;
  }

  /**
   * Makes a call, once there is a slot for it.
   * @param wanted checked when there is a slot; a call that nobody waits for any more is not made
   */
  async call(request: UpstreamCall, wanted: () => boolean = () => true): Promise<CallReply> {
    const provider = this.#providers.find((known) => known.name === request.provider);
    if (provider === undefined) return { kind: "unreachable" };
    // The embedded provider opens no connection.
    if (provider.embedded) return callProvider(provider, request, this.#ports.fetch);
    const place = this.#take() ?? (await this.#queuedPlace());
    if (place === null) return { kind: "queue_full" };
    if (!wanted()) {
      this.#free(place);
      return { kind: "timeout" };
    }
    this.#active += 1;
    try {
      return place === 0 ? await callProvider(provider, request, this.#ports.fetch) : await this.#ports.remote(place - 1).call(request);
    } catch {
      // The `Upstream` object failed before it replied.
      return { kind: "unreachable" };
    } finally {
      this.#active -= 1;
      this.#free(place);
    }
  }

  #take(): number | null {
    for (let place = 0; place <= MAX_REMOTE_OBJECTS; place++) {
      const waiting = this.#waiting[place] ?? 0;
      if (waiting >= this.#slots) continue;
      this.#waiting[place] = waiting + 1;
      return place;
    }
    return null;
  }

  #queuedPlace(): Promise<number> | null {
    if (this.#queue.length >= MAX_QUEUED_CALLS) return null;
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  #free(place: number): void {
    const next = this.#queue.shift();
    if (next !== undefined) next(place);
    else this.#waiting[place] = (this.#waiting[place] ?? 1) - 1;
  }
}
