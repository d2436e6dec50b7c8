/** The inputs of the posterior model, in this order. All of them are symmetric in the two texts. */
export const COMPARISON_FEATURES = [
  "cosine",
  "unmatchedMax",
  "unmatchedMin",
  "unmatchedShare",
  "heaviestUnmatched",
  "unmatchedCountMax",
  "unmatchedCountMin",
  "weakMass",
  "vectorMatches",
  "synonymMass",
  "leftoverSimilarity",
  "matchedMass",
  "contentMin",
  "contentMax",
  "typeDistance",
  "typeIsSame",
  "inversions",
  "plainInversions",
  "roleChanges",
  "unmatchedNames",
  "functionDifference",
  "prepositionDifference",
  "tenseDifference",
  "pronounDifference",
  "headMismatch",
  "lengthRatio",
  "vetoCount",
] as const;
export type ComparisonFeature = (typeof COMPARISON_FEATURES)[number];

/** The inputs of the posterior model for one comparison. */
export type ComparisonValues = Readonly<Record<ComparisonFeature, number>>;
