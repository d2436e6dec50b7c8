import type { ProviderConfig } from "../../../shared/config/config.ts";
import { objectFailure } from "../../../shared/contracts/object-failure.ts";
import type { UpstreamApi, UpstreamCall, UpstreamReply } from "../../../shared/contracts/upstream-api.ts";
import type { CallReply } from "../../../shared/providers/call/provider-answer.ts";
import type { FetchPort } from "../../../shared/providers/call/provider-call.ts";
import { callProvider } from "../../../shared/providers/call/provider-call.ts";
import { TenantQueue } from "./tenant-queue.ts";

/** `Upstream` objects that one shard may use at a time. */
const MAX_REMOTE_OBJECTS = 32;
/** Calls that may wait for a slot. Beyond that, a call of the tenant with the most waiting calls is refused. */
const MAX_QUEUED_CALLS = 1000;

export interface UpstreamSlotPorts {
  readonly fetch: FetchPort;
  /** The `Upstream` object with this index. */
  remote(index: number): UpstreamApi;
}

/** For whom a call is made. */
export interface CallFor {
  /** The tenant whose share of the slots the call takes. */
  readonly tenant: string;
  /** Gives the call up. */
  readonly signal: AbortSignal | null;
  /** Asked when the call is to be made; a call that nobody waits for any more is not made. */
  isWanted(): boolean;
}

/** A call that waits for a slot. `settle` gets its place, or why the call is not made. */
interface QueuedCall {
  isWanted(): boolean;
  settle(place: number | "queue_full" | "unwanted"): void;
}

/**
 * Sends a shard's calls to providers. The platform lets one object wait for the response headers of about six
 * connections. Calls beyond `slots` go through `Upstream` objects, and calls beyond the slots of those wait in a queue
 * that is fair between tenants.
 */
export class UpstreamSlots {
  readonly #providers: readonly ProviderConfig[];
  readonly #slots: number;
  readonly #ports: UpstreamSlotPorts;
  /** Calls that wait for response headers, by place: 0 is the shard itself, the others are `Upstream` objects. */
  readonly #waiting: number[] = [0];
  readonly #queue = new TenantQueue<QueuedCall>(MAX_QUEUED_CALLS);
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
    return this.#queue.waiting;
  }

  /** Makes a call, once there is a slot for it. */
  async call(request: UpstreamCall, caller: CallFor): Promise<CallReply> {
    const provider = this.#providers.find((known) => known.name === request.provider);
    if (provider === undefined) return { kind: "unreachable" };
    if (!caller.isWanted()) return { kind: "unwanted" };
    // The embedded provider opens no connection.
    if (provider.embedded) return callProvider(provider, request, this.#ports.fetch, caller.signal);
    const place = this.#take(caller.tenant) ?? (await this.#queuedPlace(caller));
    if (typeof place === "string") return { kind: place };
    this.#active += 1;
    try {
      return place === 0
        ? await callProvider(provider, request, this.#ports.fetch, caller.signal)
        : await this.#callRemote(place - 1, request, caller);
    } finally {
      this.#active -= 1;
      this.#queue.ended(caller.tenant);
      this.#free(place);
    }
  }

  /** Makes a call of the shard itself, such as the judge's. These calls share the slots as one more tenant. */
  callForShard(request: UpstreamCall): Promise<CallReply> {
    return this.call(request, { tenant: "", signal: null, isWanted: () => true });
  }

  /** Calls through an `Upstream` object. If the object is reset meanwhile, asks once more: its connection is lost. */
  async #callRemote(index: number, request: UpstreamCall, { signal }: CallFor): Promise<UpstreamReply> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#ports.remote(index).call(request);
      } catch (error) {
        if (attempt > 1 || signal?.aborted === true || !objectFailure(error).mayRepeat) return { kind: "unreachable" };
      }
    }
  }

  #take(tenant: string): number | null {
    for (let place = 0; place <= MAX_REMOTE_OBJECTS; place++) {
      const waiting = this.#waiting[place] ?? 0;
      if (waiting >= this.#slots) continue;
      this.#waiting[place] = waiting + 1;
      this.#queue.started(tenant);
      return place;
    }
    return null;
  }

  #queuedPlace(caller: CallFor): Promise<number | "queue_full" | "unwanted"> {
    return new Promise((settle) => {
      if (this.#queue.waiting >= MAX_QUEUED_CALLS) this.#dropUnwanted();
      this.#queue.push(caller.tenant, { isWanted: () => caller.isWanted(), settle })?.settle("queue_full");
    });
  }

  #dropUnwanted(): void {
    for (const call of this.#queue.removeUnless((queued) => queued.isWanted())) call.settle("unwanted");
  }

  /** Passes a place on to the next call that somebody still waits for. */
  #free(place: number): void {
    for (let next = this.#queue.next(); next !== null; next = this.#queue.next()) {
      if (next.item.isWanted()) {
        next.item.settle(place);
        return;
      }
      this.#queue.ended(next.tenant);
      next.item.settle("unwanted");
    }
    this.#waiting[place] = (this.#waiting[place] ?? 1) - 1;
  }
}
