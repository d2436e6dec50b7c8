import type { PurgeRecord } from "../../../shared/domain/caching/purge.ts";
import { purgeCovers } from "../../../shared/domain/caching/purge.ts";
import type { Flight } from "./flight.ts";
import type { QuestionInFlight } from "../semantic/candidates/candidate-finder.ts";

/** Flights of one shard at a time, solo calls included. */
const MAX_FLIGHTS = 2000;
/** Requests that may wait on one flight. */
const MAX_SUBSCRIBERS_PER_FLIGHT = 10_000;

/** The flights of a shard: at most one that can be joined per key. */
export class FlightTable {
  readonly #byKey = new Map<string, Flight>();
  readonly #all = new Set<Flight>();

  get size(): number {
    return this.#all.size;
  }

  get full(): boolean {
    return this.#all.size >= MAX_FLIGHTS;
  }

  get subscribers(): number {
    let sum = 0;
    for (const flight of this.#all) sum += flight.subscriberCount;
    return sum;
  }

  get bytes(): number {
    let sum = 0;
    for (const flight of this.#all) sum += flight.buffer.bytes;
    return sum;
  }

  /** The flight for a key that a newcomer can be given from its first byte. */
  joinable(key: string): Flight | null {
    const flight = this.#byKey.get(key);
    return flight !== undefined && flight.joinable ? flight : null;
  }

  /** Questions of a scope that a provider is answering. Flights that are still deciding may not be joined by similarity. */
  questionsInFlight(scope: string): readonly QuestionInFlight[] {
    const questions: QuestionInFlight[] = [];
    for (const flight of this.#byKey.values()) {
      const { question, identity, followed } = flight;
      if (identity.scope !== scope || question === null || followed !== null || flight.state === "deciding" || !flight.joinable) continue;
      questions.push({ key: identity.key, text: question.text, canonical: question.canonical, vector: question.vector });
    }
    return questions;
  }

  hasRoom(flight: Flight): boolean {
    return flight.subscriberCount < MAX_SUBSCRIBERS_PER_FLIGHT;
  }

  /** @param shared whether others may join; a solo call is only counted */
  add(flight: Flight, shared: boolean): void {
    this.#all.add(flight);
    if (shared) this.#byKey.set(flight.identity.key, flight);
  }

  /** Flights that a purge covers go on for those who wait, but nobody joins them any more. */
  fence(record: PurgeRecord): void {
    for (const [key, flight] of this.#byKey) {
      const { identity, tags } = flight;
      const subject = { ...identity, models: [identity.model], tags: [...tags], createdMs: identity.startedMs };
      if (purgeCovers(record, subject)) this.#byKey.delete(key);
    }
  }

  remove(flight: Flight): void {
    this.#all.delete(flight);
    // A newer flight may have taken its place.
    if (this.#byKey.get(flight.identity.key) === flight) this.#byKey.delete(flight.identity.key);
  }
}
