/**
 * Why a call to a Durable Object failed.
 * - `overloaded`: the object has more work than it can do, or used up its CPU time or memory. Asking again adds to it.
 * - `reset`: the object was stopped during the call, as by every deployment. A new stub reaches the object that follows.
 * - `unreachable`: the call or its reply was lost on the way.
 * - `storage`: the object's storage does not work, for example because the disk is full.
 * - `too_large`: the argument or the result exceeds the platform's limit for RPC.
 * - `fault`: an exception of the project's own code.
 */
export type ObjectFailureKind = "overloaded" | "reset" | "unreachable" | "storage" | "too_large" | "fault";

export interface ObjectFailure {
  readonly kind: ObjectFailureKind;
  /** Whether the same call may succeed if it is made once more. */
  readonly mayRepeat: boolean;
  /** Whether the failure happened in the object, after it had received the call. */
  readonly remote: boolean;
  /** For the log. */
  readonly message: string;
}

/** Characters of a message that are kept. */
const MAX_MESSAGE_CHARACTERS = 300;
/** Errors without the property `overloaded` that mean the same (Durable Objects, "Troubleshooting"). */
const OVERLOADED_TEXT = /^Durable Object is overloaded|too much load on Durable Objects/;
/** The object was reset because of what it did. The next one may do the same with the same request. */
const EXHAUSTED_TEXT = /exceeded its (?:CPU|memory)/;
/** Result codes of SQLite for faults outside the program (https://www.sqlite.org/rescode.html). */
const STORAGE_TEXT = /SQLITE_(?:FULL|IOERR|CORRUPT|NOTADB|CANTOPEN|BUSY|LOCKED|NOMEM|READONLY|PROTOCOL)/;
/** A failure of the platform whose details it does not tell. */
const INTERNAL_TEXT = /^internal error(?:$|; reference)/;
/** The text of workerd. The error has no property that tells it apart. */
const TOO_LARGE_TEXT = /^Serialized RPC arguments or return values are limited/;

/**
 * Classifies what a call through a stub has thrown, by the properties that Cloudflare documents (Durable Objects,
 * "Error handling"): `overloaded`, `durableObjectReset`, `retryable` and `remote`; by its text where there is none.
 */
export function objectFailure(error: unknown): ObjectFailure {
  const text = error instanceof Error ? error.message : String(error);
  const kind = kindOf(error, text);
  return {
    kind,
    mayRepeat: kind === "reset" || (kind === "unreachable" && has(error, "retryable")),
    remote: has(error, "remote"),
    message: text.slice(0, MAX_MESSAGE_CHARACTERS),
  };
}

// The order matters: an error from inside an object may have `remote` beside the property that says more.
function kindOf(error: unknown, text: string): ObjectFailureKind {
  if (has(error, "overloaded") || OVERLOADED_TEXT.test(text) || EXHAUSTED_TEXT.test(text)) return "overloaded";
  if (TOO_LARGE_TEXT.test(text)) return "too_large";
  if (has(error, "durableObjectReset")) return "reset";
  if (has(error, "retryable") || INTERNAL_TEXT.test(text)) return "unreachable";
  if (STORAGE_TEXT.test(text)) return "storage";
  // Without a property, a TypeError or DOMException (such as DataCloneError) comes from the call itself.
  return has(error, "remote") || error instanceof TypeError || error instanceof DOMException ? "fault" : "unreachable";
}

function has(error: unknown, property: "overloaded" | "durableObjectReset" | "retryable" | "remote"): boolean {
  return typeof error === "object" && error !== null && (error as Readonly<Record<string, unknown>>)[property] === true;
}
