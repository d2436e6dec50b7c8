import { serialize } from "node:v8";
import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../../shared/config/resolve-config.ts";
import type { Config } from "../../../shared/config/config.ts";
import { LARGEST_BODY_BYTES, MAX_RPC_BYTES } from "../../../shared/contracts/rpc-limits.ts";
import { sha256Hex } from "../../../shared/digest/sha256.ts";
import { MAX_BODY_NODES, parseJsonBody } from "../../../shared/wire/json/json-body.ts";
import { parseChatRequest } from "../../../workers/front/request/chat/chat-request.ts";
import type { Plan } from "../../../workers/front/request/request-plan.ts";
import { planRequest } from "../../../workers/front/request/request-plan.ts";

const FRAME_NODES = 16;

function configured(): Config {
  const config = resolveConfig({ OPENAI_BASE_URL: "http://upstream.test/v1" }, "test", sha256Hex);
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return config.value;
}

function planOf(text: string): Plan {
  const json = parseJsonBody(text);
  if (!json.ok) throw new Error(JSON.stringify(json.error));
  const chat = parseChatRequest(json.value);
  if (!chat.ok) throw new Error(JSON.stringify(chat.error));
  const plan = planRequest({ chat: chat.value, provider: null, tenant: "acme", partitionUser: null, customKey: null }, configured());
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  return plan.value;
}

describe("the largest request body", () => {
  it.each([
    ["of one-byte characters", "", "x"],
    ["of two-byte characters", "", "ж"],
    ["of one-byte characters and one wide one", "ж", "x"],
    ["of escaped quotes", "ж", '\\"'],
  ])("%s fits into an RPC call, with numbers that grow when they are written", (_what, first, unit) => {
    const numbers = "1e20,".repeat(MAX_BODY_NODES - FRAME_NODES);
    const frame = (text: string): string => `{"messages":[{"role":"user","content":"${text}"}],"x":[${numbers}0]}`;
    const room = LARGEST_BODY_BYTES - new TextEncoder().encode(frame(first)).byteLength;
    const body = frame(first + unit.repeat(Math.floor(room / new TextEncoder().encode(unit).byteLength)));
    expect(LARGEST_BODY_BYTES - new TextEncoder().encode(body).byteLength).toBeLessThan(2);
    expect(serialize(planOf(body)).byteLength).toBeLessThan(MAX_RPC_BYTES - 32 * 1024);
  });

  it("crosses once: a text that similarity search does not compare is not sent beside the body that contains it", () => {
    const chat = (length: number): string => JSON.stringify({ messages: [{ role: "user", content: "x".repeat(length) }] });
    expect(planOf(chat(4096))).toMatchObject({ text: "x".repeat(4096), withheld: "" });
    expect(planOf(chat(4097))).toMatchObject({ text: null, withheld: "too_long" });
  });
});
