import { canonicalJson, canonicalMember } from "./canonical-json.ts";
import type { Json, JsonObject } from "../json.ts";
import { isJsonObject } from "../json.ts";

/**
 * Version of the encoding below. Raise it with every change, so that old entries become misses and are never misread.
 */
export const KEY_VERSION = 1;

/** Request members that do not affect the answer. They are not part of scope and key. */
export const UNKEYED_MEMBERS: ReadonlySet<string> = new Set([
  "stream",
  "stream_options",
  "user",
  "safety_identifier",
  "metadata",
  "store",
  "prompt_cache_key",
]);

/** Sampling parameters rounded to two decimals in the key. Smaller differences do not matter to the answer. */
const ROUNDED_MEMBERS: ReadonlySet<string> = new Set(["temperature", "top_p"]);
const ROUNDING_STEPS_PER_UNIT = 100;

/** Whose entries a request shares. `user` is null unless the partition is per user. */
export interface Partition {
  readonly tenant: string;
  readonly user: string | null;
}

export interface KeyInput {
  readonly partition: Partition;
  /** Name of the provider, e.g. `openai`. */
  readonly provider: string;
  readonly endpoint: "chat.completions";
  /** The effective request: model resolved, defaults applied. */
  readonly body: JsonObject;
  /** `refrain-cache-key`. Replaces the final user text in the key. Partition and scope stay the same. */
  readonly customKey: string | null;
}

/** The texts from which the caller computes scope and key. The domain code has no digest function. */
export interface KeyMaterial {
  /** Canonical text of the request without the final user text. Its SHA-256 in hex is the scope. */
  readonly scopeText: string;
  /** The key is the SHA-256 in hex of the scope followed by this text. */
  readonly keySuffix: string;
  /** Final user text; null when the request does not end in a user message with exactly one text. */
  readonly finalText: string | null;
}

/**
 * Builds the texts that identify a request (see docs/storage-schema.md):
 * scope = SHA-256(canonical `[version, endpoint, provider, tenant, user, finalForm, request…]`),
 * key = SHA-256(scope "\n" ("text" | "custom" | "none") "\n" text).
 */
export function keyMaterial(input: KeyInput): KeyMaterial {
  const { partition, provider, endpoint, body, customKey } = input;
  const final = finalUserText(body.messages ?? null);
  const head = [KEY_VERSION, endpoint, provider, partition.tenant, partition.user, final.form].map((part) => JSON.stringify(part));
  const scopeText = `[${head.join(",")},${requestWithoutFinalText(body, final)}]`;
  const keySuffix = customKey !== null ? `\ncustom\n${customKey}` : final.text !== null ? `\ntext\n${final.text}` : "\nnone\n";
  // In UTF-8 every lone surrogate becomes U+FFFD, so texts with different ones would collide. Such texts are escaped.
  return { scopeText, keySuffix: keySuffix.isWellFormed() ? keySuffix : JSON.stringify(keySuffix), finalText: final.text };
}

/** Where the final user text is: the content of the message, its only text part, or nowhere. */
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
