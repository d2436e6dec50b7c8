import { isLoopback } from "../cluster/options.ts";

/**
 * What a smoke run must say before it asks for any Durable Object; null for a server on this machine.
 * @param placement the member `placement` of the deployment's `/health`
 */
export function objectNotice(url: string, placement: unknown): string | null {
  const { hostname } = new URL(url);
  if (isLoopback(hostname)) return null;
  return (
    "note  This run creates the shards and limiters that it asks for, where they do not exist yet. " +
    `They then stay where they are created: ${placeOf(placement)}.`
  );
}

function placeOf(placement: unknown): string {
  if (typeof placement !== "object" || placement === null) return "this deployment does not say where";
  const jurisdiction = textOf(Reflect.get(placement, "jurisdiction"));
  const location = textOf(Reflect.get(placement, "location"));
  const places = [
    ...(jurisdiction === null ? [] : [`in the jurisdiction ${jurisdiction} (JURISDICTION)`]),
    ...(location === null ? [] : [`near ${location} (SHARD_LOCATION)`]),
  ];
  return places.length > 0
    ? places.join(", ")
    : "near this machine, because neither SHARD_LOCATION nor JURISDICTION is set. Stop now if your users are far from here";
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
