import type { Jurisdiction, Location, PlacementConfig } from "./config.ts";
import type { VariableReader } from "./variable-reader.ts";

/** Values that Cloudflare documents: developers.cloudflare.com/durable-objects/reference/data-location. */
const LOCATIONS: readonly Location[] = ["wnam", "enam", "sam", "weur", "eeur", "apac", "apac-ne", "apac-se", "oc", "afr", "me"];
/** The same for Durable Objects and for KV. */
const JURISDICTIONS: readonly Jurisdiction[] = ["eu", "us", "fedramp"];
/** Locations within a jurisdiction. Cloudflare does not document where its FedRAMP data centres are. */
const LOCATIONS_INSIDE: Readonly<Record<Jurisdiction, readonly Location[]>> = {
  eu: ["weur", "eeur"],
  us: ["wnam", "enam"],
  fedramp: LOCATIONS,
};

/** Reads where objects are created. */
export function resolvePlacement(read: VariableReader): PlacementConfig {
  const jurisdiction = read.oneOfOrNull("JURISDICTION", JURISDICTIONS);
  const location = read.oneOfOrNull("SHARD_LOCATION", LOCATIONS);
  if (jurisdiction !== null && read.flag("LOCAL", false))
    read.report("JURISDICTION", "works only on Cloudflare: the local runtime has no jurisdictions");
  if (jurisdiction !== null && location !== null && !LOCATIONS_INSIDE[jurisdiction].includes(location)) {
    const inside = LOCATIONS_INSIDE[jurisdiction].map((word) => `\`${word}\``).join(" or ");
    read.report("SHARD_LOCATION", `must be ${inside}, because JURISDICTION is \`${jurisdiction}\``);
  }
  return { jurisdiction, location };
}

/**
 * Whether the KV namespace may hold data of this deployment. With a jurisdiction it may only when the operator says
 * that the namespace was created in the same one, because a Worker cannot find that out.
 */
export function resolveSpillAllowed(read: VariableReader, { jurisdiction }: PlacementConfig): boolean {
  const declared = read.oneOfOrNull("SPILL_JURISDICTION", JURISDICTIONS);
  if (declared !== null && jurisdiction === null) read.report("SPILL_JURISDICTION", "must not be set without JURISDICTION");
  else if (declared !== null && declared !== jurisdiction) read.report("SPILL_JURISDICTION", "must be the same as JURISDICTION");
  return jurisdiction === null || declared === jurisdiction;
}
