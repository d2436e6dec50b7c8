import { canonicalJson, canonicalMember } from "./canonical-json.ts";
import type { Json, JsonObject } from "../json.ts";
import { isJsonObject } from "../json.ts";

/** Bumped whenever the encoding below changes, so that old entries are missed and never misread. */
export const KEY_VERSION = 1;

/** Request members that change nothing about the answer: never part of scope or key. */
export const UNKEYED_MEMBERS: ReadonlySet<string> = new Set([
  "stream",
  "stream_options",
  "user",
  "safety_identifier",
  "metadata",
  "store",
  "prompt_cache_key",
]);

/** Sampling parameters keyed at two decimals: closer values are one question to any provider. */
const ROUNDED_MEMBERS: ReadonlySet<string> = new Set(["temperature", "top_p"]);
const ROUNDING_STEPS_PER_UNIT = 100;

/** Whose answers a request may meet. `user` is null unless the partition is per user. */
export interface Partition {
  readonly tenant: string;
  readonly user: string | null;
}

export interface KeyInput {
  readonly partition: Partition;
  /** Provider chain that was asked for, e.g. `openai`. */
  readonly provider: string;
  readonly endpoint: "chat.completions";
  /** The effective request: model resolved, defaults applied. */
  readonly body: JsonObject;
  /** `refrain-cache-key`: stands in for the final user text, never for the partition or the scope. */
  readonly customKey: string | null;
}

/** The two texts whose digests are scope and key; the caller digests (the domain has no crypto). */
export interface KeyMaterial {
  /** Canonical text of everything but the final user text. Its SHA-256 (hex) is the scope. */
  readonly scopeText: string;
  /** Appended to the scope's hex digest; the SHA-256 (hex) of the whole is the key. */
  readonly keySuffix: string;
  /** Final user text, or null where the request does not end in one plain user text. */
  readonly finalText: string | null;
}

/**
 * What identifies a request. Grammar (see docs/storage-schema.md):
 * scope = SHA-256(canonical `[version, endpoint, provider, tenant, user, finalForm, request…]`),
 * key = SHA-256(scope "\n" ("text" | "custom" | "none") "\n" text).
 */
export function keyMaterial(input: KeyInput): KeyMaterial {
  const { partition, provider, endpoint, body, customKey } = input;
  const final = finalUserText(body.messages ?? null);
  const head = [KEY_VERSION, endpoint, provider, partition.tenant, partition.user, final.form].map((part) => JSON.stringify(part));
  const scopeText = `[${head.join(",")},${requestWithoutFinalText(body, final)}]`;
  const keySuffix = customKey !== null ? `\ncustom\n${customKey}` : final.text !== null ? `\ntext\n${final.text}` : "\nnone\n";
  // A lone surrogate would become U+FFFD in UTF-8 and meet its neighbours: keep such texts escaped.
  return { scopeText, keySuffix: keySuffix.isWellFormed() ? keySuffix : JSON.stringify(keySuffix), finalText: final.text };
}

/** How the final user text is carried: as the message's content, as the only text part of it, or not at all. */
interface FinalText {
  readonly form: "content" | "part" | "none";
  readonly text: string | null;
  readonly partIndex: number;
}

const NO_FINAL_TEXT: FinalText = { form: "none", text: null, partIndex: -1 };

function finalUserText(messages: Json): FinalText {
  if (!Array.isArray(messages)) return NO_FINAL_TEXT;
  const last = (messages as readonly Json[])[messages.length - 1]; // Array.isArray widens to any
  if (!isJsonObject(last) || last.role !== "user") return NO_FINAL_TEXT;
  const content = last.content ?? null;
  if (typeof content === "string") return { form: "content", text: content, partIndex: -1 };
  if (!Array.isArray(content)) return NO_FINAL_TEXT;
  const parts = content as readonly Json[]; // as above
  const partIndex = parts.findIndex((part) => isJsonObject(part) && part.type === "text");
  const lastTextIndex = parts.findLastIndex((part) => isJsonObject(part) && part.type === "text");
  if (partIndex === -1 || partIndex !== lastTextIndex) return NO_FINAL_TEXT;
  const part = parts[partIndex];
  if (!isJsonObject(part) || typeof part.text !== "string") return NO_FINAL_TEXT;
  return { form: "part", text: part.text, partIndex };
}

function requestWithoutFinalText(body: JsonObject, final: FinalText): string {
  const members: string[] = [];
  for (const name of Object.keys(body).sort()) {
    if (UNKEYED_MEMBERS.has(name)) continue;
    const value = body[name] ?? null;
    if (name === "messages" && final.form !== "none" && Array.isArray(value)) {
      members.push(`"messages":${messagesWithoutFinalText(value, final)}`);
    } else if (ROUNDED_MEMBERS.has(name) && typeof value === "number") {
      members.push(canonicalMember(name, Math.round(value * ROUNDING_STEPS_PER_UNIT) / ROUNDING_STEPS_PER_UNIT));
    } else {
      members.push(canonicalMember(name, value));
    }
  }
  return `{${members.join(",")}}`;
}

function messagesWithoutFinalText(messages: readonly Json[], final: FinalText): string {
  const encoded: string[] = [];
  for (let index = 0; index < messages.length - 1; index++) encoded.push(canonicalJson(messages[index] ?? null));
  const last = messages[messages.length - 1];
  if (isJsonObject(last)) encoded.push(messageWithoutText(last, final));
  return `[${encoded.join(",")}]`;
}

function messageWithoutText(message: JsonObject, final: FinalText): string {
  const members: string[] = [];
  for (const name of Object.keys(message).sort()) {
    const value = message[name] ?? null;
    if (name !== "content") {
      members.push(canonicalMember(name, value));
    } else if (final.form === "part" && Array.isArray(value)) {
      const parts = value.map((part: Json, index: number) =>
        index === final.partIndex && isJsonObject(part) ? canonicalWithout(part, "text") : canonicalJson(part),
      );
      members.push(`"content":[${parts.join(",")}]`);
    }
  }
  return `{${members.join(",")}}`;
}

function canonicalWithout(object: JsonObject, omitted: string): string {
  const members = Object.keys(object)
    .sort()
    .filter((name) => name !== omitted)
    .map((name) => canonicalMember(name, object[name] ?? null));
  return `{${members.join(",")}}`;
}
