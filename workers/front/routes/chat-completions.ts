import { sha256Hex } from "../../../shared/config/config-cache.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { parseChatRequest } from "../../../shared/wire/chat-request.ts";
import { parseJsonBody } from "../../../shared/wire/json-body.ts";
import { readControls } from "../../../shared/wire/request-controls.ts";
import type { RequestControls } from "../../../shared/wire/request-controls.ts";
import { answerHeaders } from "../answer/answer-headers.ts";
import type { Answered } from "../answer/answer-request.ts";
import { answerRequest } from "../answer/answer-request.ts";
import type { RequestContext } from "../context.ts";
import { errorAnswer } from "../error-answer.ts";
import { readBody } from "../request/body-reader.ts";
import type { Caller } from "../request/caller.ts";
import { authenticate } from "../request/caller.ts";
import type { Plan } from "../request/plan.ts";
import { planRequest } from "../request/plan.ts";

/** Users name limiter objects, and those have bounded names. */
const MAX_USER_CHARACTERS = 256;

/** POST /v1/chat/completions */
export async function chatCompletions(request: Request, context: RequestContext): Promise<Response> {
  const { isolate, requestId, startedMs } = context;
  const caller = authenticate(request, isolate.config, isolate.failedAuth, startedMs);
  if (!caller.ok) return errorAnswer(caller.error, "openai", context);
  const controls = readControls(request.headers);
  if (!controls.ok) return errorAnswer(controls.error, "openai", context);
  const text = await readBody(request, isolate.config.bodies.maxBodyBytes);
  if (!text.ok) return errorAnswer(text.error, "openai", context);
  const plan = planFor(text.value, caller.value, controls.value, context);
  if (!plan.ok) return errorAnswer(plan.error, "openai", context);
  const user = userOf(caller.value, controls.value, plan.value);
  const asked = { plan: plan.value, controls: controls.value, tenant: caller.value.tenant, user, requestId, startedMs };
  const answered = await answerRequest(asked, isolate, context.env);
  return respond(answered, plan.value, context);
}

/** The rate-limited party: header, then the body's own word, then the credential. */
export function userOf(caller: Caller, controls: RequestControls, plan: Pick<Plan, "bodyUser">): string {
  const user = controls.user ?? plan.bodyUser ?? caller.fallbackUser;
  return user.length <= MAX_USER_CHARACTERS ? user : `sha256:${sha256Hex(user)}`;
}

function planFor(text: string, caller: Caller, controls: RequestControls, context: RequestContext): Result<Plan, CacheError> {
  const { plans, config } = context.isolate;
  // Length-prefixed, so that no two different lists of parts read the same.
  const partition = controls.partitionByUser ? `u${controls.user ?? caller.fallbackUser}` : "t";
  const parts = [caller.tenant, partition, controls.customKey ?? ""];
  const identity = `${parts.map((part) => `${part.length}:${part}`).join("")}${controls.customKey === null ? "-" : "+"}${text}`;
  const known = plans.get(identity);
  if (known !== null) return { ok: true, value: known };
  const json = parseJsonBody(text);
  if (!json.ok) return json;
  const chat = parseChatRequest(json.value);
  if (!chat.ok) return chat;
  const partitionUser = controls.partitionByUser ? userOf(caller, controls, { bodyUser: chat.value.user }) : null;
  const plan = planRequest(
    { chat: chat.value, provider: null, tenant: caller.tenant, partitionUser, customKey: controls.customKey },
    config,
  );
  if (plan.ok) plans.put(identity, plan.value);
  return plan;
}

function respond(answered: Answered, plan: Plan, context: RequestContext): Response {
  const { reply, rate } = answered;
  if (reply.kind === "failed") return errorAnswer(reply.error, "openai", context, rate);
  const setting = { requestId: context.requestId, rate, nowMs: Date.now() };
  const headers = answerHeaders(reply, setting, plan.stream ? "text/event-stream; charset=utf-8" : "application/json");
  return new Response(reply.kind === "stream" ? reply.stream : (reply.sse ?? reply.json), { headers });
}
