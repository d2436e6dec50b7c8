import type { PurgeRecord } from "../../../shared/domain/caching/purge-selector.ts";
import { purgeCovers } from "../../../shared/domain/caching/purge-selector.ts";
import type { Flight } from "./flight.ts";
import type { QuestionInFlight } from "../semantic/candidates/candidate-finder.ts";

/** Concurrent flights of a shard, including those that cannot be joined. */
const MAX_FLIGHTS = 2000;

/** The flights of a shard. At most one flight per key can be joined. */
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

  /** The flight of a key that a new request can join; null when there is none. */
  joinable(key: string): Flight | null {
    const flight = this.#byKey.get(key);
    return flight !== undefined && flight.joinable ? flight : null;
  }

  /**
   * Questions of a scope that a provider is answering. Excludes flights that are still deciding, or that follow another
   * flight.
   */
  questionsInFlight(scope: string): readonly QuestionInFlight[] {
    const questions: QuestionInFlight[] = [];
    for (const flight of this.#byKey.values()) {
      const { question, identity, followed } = flight;
      if (identity.scope !== scope || question === null || followed !== null || flight.state === "deciding" || !flight.joinable) continue;
      questions.push({ key: identity.key, text: question.text, canonical: question.canonical, vector: question.vector });
    }
    return questions;
  }

  /** @param shared whether other requests may join; otherwise the flight is only counted */
  add(flight: Flight, shared: boolean): void {
    this.#all.add(flight);
    if (shared) this.#byKey.set(flight.identity.key, flight);
  }

  /**
   * Prevents requests from joining flights that a purge covers. Requests that have joined already are still answered.
   */
  fence(record: PurgeRecord): void {
    for (const [key, flight] of this.#byKey) {
      const { identity, tags } = flight;
      const subject = { ...identity, models: [identity.model], tags: tags.all, createdMs: identity.startedMs };
      if (purgeCovers(record, subject)) this.#byKey.delete(key);
    }
  }

  remove(flight: Flight): void {
    this.#all.delete(flight);
    // A newer flight may have replaced it.
    if (this.#byKey.get(flight.identity.key) === flight) this.#byKey.delete(flight.identity.key);
  }
}
