import type { ComparisonValues } from "./comparison-features.ts";
import { COMPARISON_FEATURES } from "./comparison-features.ts";
import { MODEL_FEATURES, MODEL_TREES } from "../data/posterior-model.ts";

type Tree = {
  readonly feature: Int16Array;
  readonly threshold: Float64Array;
  readonly left: Int16Array;
  readonly right: Int16Array;
};

const LEAF = -1;

function parseTree(line: string): Tree {
  const nodes = line.split(" ");
  const tree: Tree = {
    feature: new Int16Array(nodes.length),
    threshold: new Float64Array(nodes.length),
    left: new Int16Array(nodes.length),
    right: new Int16Array(nodes.length),
  };
  for (const [i, node] of nodes.entries()) {
    const [first = "0", threshold, left, right] = node.split(":");
    tree.feature[i] = threshold === undefined ? LEAF : Number(first);
    tree.threshold[i] = Number(threshold ?? first);
    tree.left[i] = Number(left ?? 0);
    tree.right[i] = Number(right ?? 0);
  }
  return tree;
}

let parsed: { readonly trees: readonly Tree[]; readonly names: readonly (typeof COMPARISON_FEATURES)[number][] } | undefined;

function model() {
  if (parsed) return parsed;
  const names = MODEL_FEATURES.split(" ").flatMap((name) => COMPARISON_FEATURES.filter((known) => known === name));
  parsed = { trees: MODEL_TREES.trim().split("\n").map(parseTree), names };
  return parsed;
}

function leafOf(tree: Tree, inputs: Float64Array): number {
  let at = 0;
  for (;;) {
    const feature = tree.feature[at] ?? LEAF;
    if (feature === LEAF) return tree.threshold[at] ?? 0;
    at = ((inputs[feature] ?? 0) <= (tree.threshold[at] ?? 0) ? tree.left[at] : tree.right[at]) ?? 0;
  }
}

/**
 * Log-odds that the earlier answer is right for the new question, before calibration. The model is a set of boosted
 * trees, which are monotone in every input whose direction is known.
 */
export function rawScore(values: ComparisonValues): number {
  const { trees, names } = model();
  const inputs = Float64Array.from(names, (name) => values[name]);
  return trees.reduce((sum, tree) => sum + leafOf(tree, inputs), 0);
}
