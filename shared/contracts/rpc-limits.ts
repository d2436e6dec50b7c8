import { BYTES_PER_MIB } from "../domain/units.ts";
import { MAX_BODY_NODES } from "../wire/json/json-body.ts";

/** Largest argument or result of one RPC call when it is serialised, in bytes. A limit of the platform. */
export const MAX_RPC_BYTES = 32 * BYTES_PER_MIB;
/** RPC writes a string in two bytes per character if it has a single character beyond Latin-1. */
const BYTES_PER_CHARACTER = 2;
/** All members of an `AnswerRequest` beside its body: digests, names, tags and the text of a question. */
const OTHER_MEMBERS_BYTES = 64 * 1024;
/** Characters by which the serialised number may be longer than the number sent: 1e20 becomes a one and 20 zeros. */
const MAX_NUMBER_GROWTH = 17;

/**
 * Largest request body that always fits into one call to a shard, in bytes. A body of ASCII has one character per byte,
 * so one wide character in it doubles its size.
 */
export const LARGEST_BODY_BYTES =
  Math.floor((MAX_RPC_BYTES - OTHER_MEMBERS_BYTES) / BYTES_PER_CHARACTER) - MAX_BODY_NODES * MAX_NUMBER_GROWTH;
