import type { ProviderConfig } from "../../../shared/config/config.ts";
import type { RequestContext } from "../request-context.ts";
import { errorAnswer } from "../answer/error-answer.ts";
import { jsonAnswer } from "../answer/json-answer.ts";
import { authenticate } from "../access/caller.ts";

interface ModelLine {
  readonly id: string;
  readonly object: "model";
  readonly created: number;
  readonly owned_by: string;
}

/**
 * GET /v1/models: the default model of each provider. Requests may also name any other model of a configured provider.
 */
export function listModels(request: Request, context: RequestContext): Response {
  const caller = authenticate(request.headers, context.isolate.config, context.isolate.failedAuth, context.startedMs);
  if (!caller.ok) return errorAnswer(caller.error, "openai", context);
  return jsonAnswer({ object: "list", data: modelLines(context) }, context);
}

/** GET /v1/models/:model */
export function retrieveModel(request: Request, context: RequestContext, model: string): Response {
  const caller = authenticate(request.headers, context.isolate.config, context.isolate.failedAuth, context.startedMs);
  if (!caller.ok) return errorAnswer(caller.error, "openai", context);
  const found = modelLines(context).find((line) => line.id === model);
  return found === undefined ? errorAnswer({ kind: "model_not_found", model }, "openai", context) : jsonAnswer(found, context);
}

function modelLines(context: RequestContext): readonly ModelLine[] {
  const { providers } = context.isolate.config;
  return providers.configured.flatMap((provider) => {
    const isDefault = provider.name === providers.default;
    const model = isDefault ? (providers.defaultModel ?? provider.defaultModel) : provider.defaultModel;
    return [...(isDefault ? [lineOf(model, provider)] : []), lineOf(`${provider.name}/${model}`, provider)];
  });
}

function lineOf(id: string, provider: ProviderConfig): ModelLine {
  return { id, object: "model", created: 0, owned_by: provider.name };
}
