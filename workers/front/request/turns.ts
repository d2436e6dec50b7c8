/** Bodies of this many characters are handled in several turns. A shorter one takes a few milliseconds at most. */
const LARGE_BODY_CHARACTERS = 128 * 1024;

/**
 * Lets other requests of the isolate run before the next step of a large body. The steps are parsing, digesting and
 * serialising; one of them takes up to 0.1 s for a body at the default limit.
 */
export async function nextTurn(characters: number): Promise<void> {
  // A resolved promise would continue in the same turn. A timer does not.
  if (characters >= LARGE_BODY_CHARACTERS) await scheduler.wait(0);
}
