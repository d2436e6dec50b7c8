/** The numbers that the posterior model reads, in this order. All are symmetric in the two texts. */
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

/** One comparison in numbers. */
export type ComparisonValues = Readonly<Record<ComparisonFeature, number>>;
