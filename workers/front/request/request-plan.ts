import { sha256Hex } from "../../../shared/digest/sha256.ts";
import type { Config, ProviderConfig } from "../../../shared/config/config.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { Json, JsonObject } from "../../../shared/domain/json.ts";
import { isJsonObject } from "../../../shared/domain/json.ts";
import { keyMaterial } from "../../../shared/domain/keys/request-key.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { err, ok } from "../../../shared/domain/result.ts";
import { MAX_QUESTION_CHARACTERS } from "../../../shared/domain/semantic/language-rules.ts";
import { homeShard } from "../../../shared/domain/keys/routing.ts";
import type { ChatRequest } from "./chat/chat-request.ts";
import { nextTurn } from "./turns.ts";

/** Everything that follows from a request's body, its tenant and the headers that go into the key. */
export interface Plan {
  readonly key: string;
  readonly scope: string;
  readonly shard: number;
  readonly provider: string;
  /** The model name sent upstream, without a provider prefix. */
  readonly model: string;
  /** The effective request as JSON text, without `stream` and `stream_options`. */
  readonly body: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** The user that the body names; null when it names none. */
  readonly bodyUser: string | null;
  /** Final user text for similarity search; null when the request is not eligible for a semantic hit. */
  readonly text: string | null;
  /** Why `text` is null; "" when it is not. */
  readonly withheld: string;
}

export interface PlanInput {
  readonly chat: ChatRequest;
  /** Provider named in its own member (`/chat`); null = the prefix of the model name, else the default provider. */
  readonly provider: string | null;
  readonly tenant: string;
  /** The user, when the request asks for a per-user partition; null = the partition of the whole tenant. */
  readonly partitionUser: string | null;
  readonly customKey: string | null;
}

/** Builds the effective request and derives its scope, key and home shard. */
export function planRequest(input: PlanInput, config: Config): Result<Plan, CacheError> {
  const identified = identify(input, config);
  return identified.ok ? ok(withBody(identified.value)) : identified;
}

/** {@link planRequest} for a body of this many characters. Lets other requests run between its steps if it is large. */
export async function planInTurns(input: PlanInput, config: Config, characters: number): Promise<Result<Plan, CacheError>> {
  const identified = identify(input, config);
  if (identified.ok) await nextTurn(characters);
  return identified.ok ? ok(withBody(identified.value)) : identified;
}

/** A plan whose effective request is not serialised yet. */
interface IdentifiedRequest {
  readonly plan: Omit<Plan, "body">;
  readonly body: JsonObject;
}

function withBody({ plan, body }: IdentifiedRequest): Plan {
  return { ...plan, body: JSON.stringify(body) };
}

function identify(input: PlanInput, config: Config): Result<IdentifiedRequest, CacheError> {
  const target = resolveTarget(input.chat.model, input.provider, config);
  if (!target.ok) return target;
  const { provider, model } = target.value;
  const body = effectiveBody(input.chat.body, model);
  const partition = { tenant: input.tenant, user: input.partitionUser };
  const material = keyMaterial({ partition, provider, endpoint: "chat.completions", body, customKey: input.customKey });
  const withheld = withheldReason(body, material.finalText, input.customKey);
  const scope = sha256Hex(material.scopeText);
  const key = sha256Hex(scope + material.keySuffix);
  const plan = {
    key,
    scope,
    shard: homeShard(scope, key, config.topology),
    provider,
    model,
    stream: input.chat.stream,
    includeUsage: input.chat.includeUsage,
    bodyUser: input.chat.user,
    text: withheld === "" ? material.finalText : null,
    withheld,
  };
  return ok({ plan, body });
}

/** Why the request may not be answered by a semantic hit, whatever its text; "" when it may. */
function withheldReason(body: JsonObject, finalText: string | null, customKey: string | null): string {
  const has = (name: string): boolean => Array.isArray(body[name]) && body[name].length > 0;
  const format = body.response_format;
  if (has("tools") || has("functions")) return "has_tools";
  if (isJsonObject(format) && format.type !== "text") return "has_schema";
  if (customKey !== null) return "custom_key";
  if (finalText === null) return "no_final_text";
  if (hasAttachments(body)) return "has_attachments";
  return finalText.length > MAX_QUESTION_CHARACTERS ? "too_long" : "";
}

/** True when the final message has content parts besides its text. */
function hasAttachments(body: JsonObject): boolean {
  const messages = Array.isArray(body.messages) ? (body.messages as readonly Json[]) : [];
  const last = messages.at(-1);
  return isJsonObject(last) && Array.isArray(last.content) && last.content.length > 1;
}

/** Resolves provider and model. `provider/model` names a provider only when that provider is configured. */
function resolveTarget(
  asked: string | null,
  wanted: string | null,
  config: Config,
): Result<{ readonly provider: string; readonly model: string }, CacheError> {
  const { configured, defaultModel } = config.providers;
  const find = (name: string): ProviderConfig | undefined => configured.find((known) => known.name === name);
  if (wanted !== null && find(wanted) === undefined) {
    return err({
      kind: "invalid_request",
      field: "provider",
      message: `Provider '${wanted}' is not configured here.`,
      code: "unknown_provider",
    });
  }
  const slash = asked?.indexOf("/") ?? -1;
  const prefix = asked !== null && slash > 0 ? find(asked.slice(0, slash)) : undefined;
  const prefixed = prefix !== undefined && (wanted === null || wanted === prefix.name);
  const provider = prefixed ? prefix : find(wanted ?? config.providers.default);
  if (provider === undefined) return err({ kind: "config_invalid" });
  const named = prefixed ? asked?.slice(slash + 1) : asked;
  // DEFAULT_MODEL applies to the default provider only.
  const fallback = provider.name === config.providers.default ? (defaultModel ?? provider.defaultModel) : provider.defaultModel;
  return ok({ provider: provider.name, model: named === null || named === undefined || named === "" ? fallback : named });
}

/** Built with `Object.fromEntries`, so that a member called `__proto__` stays an ordinary member. */
function effectiveBody(body: JsonObject, model: string): JsonObject {
  const members = Object.entries(body).filter(([name]) => name !== "stream" && name !== "stream_options" && name !== "model");
  return Object.fromEntries([["model", model], ...members]);
}
