import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { ok } from "../../../shared/domain/result.ts";
import { parseChatRequest } from "../request/chat/chat-request.ts";
import { parseJsonBody } from "../../../shared/wire/json/json-body.ts";
import { answerHeaders } from "../answer/answer-headers.ts";
import type { Answered } from "../answer/answer-request.ts";
import { answerRequest } from "../answer/answer-request.ts";
import type { RequestContext } from "../request-context.ts";
import { errorAnswer } from "../answer/error-answer.ts";
import type { OpenedRequest } from "../request/open-request.ts";
import { openRequest, userOf } from "../request/open-request.ts";
import type { Plan } from "../request/request-plan.ts";
import { planInTurns } from "../request/request-plan.ts";
import { nextTurn } from "../request/turns.ts";

/** POST /v1/chat/completions */
export async function chatCompletions(request: Request, context: RequestContext): Promise<Response> {
  const { isolate, requestId, startedMs, client } = context;
  const opened = await openRequest(request, context);
  if (!opened.ok) return errorAnswer(opened.error, "openai", context);
  const { caller, controls } = opened.value;
  const { plans } = isolate;
  const identity = plans.remembers(opened.value.text) ? identityOf(opened.value) : null;
  const known = identity === null ? null : plans.get(identity);
  const planned = known === null ? await planFor(opened.value, identity, context) : ok(known);
  if (!planned.ok) return errorAnswer(planned.error, "openai", context);
  const plan = planned.value;
  const user = userOf(opened.value, plan.bodyUser);
  const asked = { plan, controls, tenant: caller.tenant, user, requestId, startedMs, client, seen: known !== null };
  const answered = await answerRequest(asked, isolate, context.env);
  return respond(answered, plan, context);
}

/** @param identity null when the plan is not to be remembered */
async function planFor(opened: OpenedRequest, identity: string | null, context: RequestContext): Promise<Result<Plan, CacheError>> {
  const { caller, controls, text } = opened;
  const { plans, config } = context.isolate;
  const json = parseJsonBody(text);
  if (!json.ok) return json;
  await nextTurn(text.length);
  const chat = parseChatRequest(json.value);
  if (!chat.ok) return chat;
  const partitionUser = controls.partitionByUser ? userOf(opened, chat.value.user) : null;
  const input = { chat: chat.value, provider: null, tenant: caller.tenant, partitionUser, customKey: controls.customKey };
  const plan = await planInTurns(input, config, text.length);
  if (plan.ok && identity !== null) plans.put(identity, plan.value);
  return plan;
}

/** The exact body with the tenant and the headers that go into the key. */
function identityOf({ caller, controls, text }: OpenedRequest): string {
  // Each part is prefixed with its length, so that two different lists never give the same identity.
  const partition = controls.partitionByUser ? `u${controls.user ?? caller.fallbackUser}` : "t";
  const parts = [caller.tenant, partition, controls.customKey ?? ""];
  return `${parts.map((part) => `${part.length}:${part}`).join("")}${controls.customKey === null ? "-" : "+"}${text}`;
}

function respond(answered: Answered, plan: Plan, context: RequestContext): Response {
  const { reply, rate } = answered;
  if (reply.kind === "failed") return errorAnswer(reply.error, "openai", context, rate);
  const setting = { requestId: context.requestId, rate, nowMs: Date.now() };
  const headers = answerHeaders(reply, setting, plan.stream ? "text/event-stream; charset=utf-8" : "application/json");
  return new Response(reply.kind === "stream" ? reply.stream : (reply.sse ?? reply.json), { headers });
}
