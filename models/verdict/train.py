"""Trains and calibrates the posterior model; writes shared/domain/semantic/data/posterior-model.ts.

    python3 train.py --made made.tsv --dev dev.tsv [--write]

Both inputs come from extract-features.ts. Half of the development questions (by digest) and a tenth of the made and
natural pairs are held out: they are printed as figures and never used to fit. Seeded, one thread.
"""

import argparse
import csv
import pathlib

import lightgbm as lgb
import numpy as np

SEED = 20261121
HERE = pathlib.Path(__file__).parent
OUT = pathlib.Path(__file__).parents[2] / "shared/domain/semantic/data/posterior-model.ts"
META = ["label", "source", "group", "equal", "vetoes"]
DEV_WEIGHT = 15.0
NATURAL_WEIGHT = 0.1
MADE_HELD_OUT, DEV_HELD_OUT = 0.1, 0.5
FOLDS = 5
ROUNDS = 160
EQUAL_SCORE = 20.0
MADE_CALIBRATION_PAIRS = 1000
DEV_CALIBRATION_WEIGHT = 1.0
# Development counts are optimistic: the rules were written with those pairs in view. fresh-pairs.jsonl was written by
# another author without sight of rule or model and scored once, before any change; its counts weigh more.
FRESH_CALIBRATION_WEIGHT = 5.0
BIN_EDGES = [-20.5, -4.0, -2.5, -1.5, -1.0, -0.6, -0.3, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 10.0]
MONOTONE = {
    "cosine": 1, "unmatchedMax": -1, "unmatchedMin": -1, "unmatchedShare": -1, "heaviestUnmatched": -1, "unmatchedCountMax": -1, "unmatchedCountMin": -1,
    "weakMass": -1, "vectorMatches": -1, "synonymMass": -1, "typeDistance": -1, "typeIsSame": 1, "unmatchedNames": -1, "headMismatch": -1, "vetoCount": -1, "roleChanges": -1,
    "prepositionDifference": -1, "functionDifference": -1, "pronounDifference": -1, "tenseDifference": -1, "inversions": -1, "plainInversions": -1,
}


def read(path):
    with open(path) as f:
        rows = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    names = [n for n in rows[0] if n not in META + ["a", "b"]]
    x = np.array([[float(r[n]) for n in names] for r in rows])
    return rows, names, x


class Set:
    def __init__(self, path, held_out):
        self.rows, self.names, self.x = read(path)
        self.y = np.array([int(r["label"]) for r in self.rows])
        self.held = np.array([is_held_out(r["group"], held_out) for r in self.rows])
        self.vetoed = np.array([r["vetoes"] != "-" for r in self.rows])
        self.equal = np.array([r["equal"] == "1" for r in self.rows])
        self.undecided = ~self.vetoed & ~self.equal
        self.weight = np.array([NATURAL_WEIGHT if r["source"] == "qqp" else 1.0 for r in self.rows])

    def decide(self, model):
        s = model.predict(self.x, raw_score=True)
        s[self.vetoed] = -20.0
        s[self.equal] = EQUAL_SCORE
        return s


def is_held_out(group, share):
    return int(group, 16) % 1000 < share * 1000


def served_at(scores, labels, bounds):
    """Share of positives served at the threshold that serves at most `bound` of the negatives."""
    out = []
    negatives = np.sort(scores[labels == 0])[::-1]
    for bound in bounds:
        allowed = int(np.floor(bound * len(negatives)))
        threshold = negatives[allowed] if allowed < len(negatives) else -np.inf
        out.append((scores[labels == 1] > threshold).mean())
    return out


def fit(x, y, w, names):
    params = dict(
        objective="binary", learning_rate=0.07, num_leaves=8, min_data_in_leaf=40, lambda_l2=5.0, feature_fraction=0.8, bagging_fraction=0.8, bagging_freq=1,
        monotone_constraints=[MONOTONE.get(n, 0) for n in names], seed=SEED, num_threads=1, deterministic=True, verbose=-1, max_bin=63,
    )
    return lgb.train(params, lgb.Dataset(x, y, weight=w, feature_name=names), num_boost_round=ROUNDS)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--made", required=True)
    parser.add_argument("--dev", required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    made, dev = Set(options.made, MADE_HELD_OUT), Set(options.dev, DEV_HELD_OUT)
    names = made.names
    assert names == dev.names

    def train_on(made_pick, dev_pick):
        made_pick, dev_pick = made_pick & made.undecided, dev_pick & dev.undecided
        x = np.vstack([made.x[made_pick], dev.x[dev_pick]])
        y = np.concatenate([made.y[made_pick], dev.y[dev_pick]])
        w = np.concatenate([made.weight[made_pick], np.full(dev_pick.sum(), DEV_WEIGHT)])
        return fit(x, y, w, names)

    # 1. The honest figures: half of the development questions is never seen by the model that scores it.
    model = train_on(~made.held, ~dev.held)
    print("gain", [(n, int(g)) for g, n in sorted(zip(model.feature_importance("gain"), names), reverse=True)[:14]])
    bounds = [0.005, 0.01, 0.015, 0.05]
    for title, data, pick in (("dev seen", dev, ~dev.held), ("dev HELD OUT", dev, dev.held), ("made HELD OUT", made, made.held)):
        s = data.decide(model)
        cos = data.x[:, names.index("cosine")]
        print(title, "n", pick.sum(), "served at", bounds)
        for name, scores in (("everything", s), ("cosine", cos), ("cosine+vetoes", cos - 2.0 * data.vetoed)):
            print(f"  {name:14}", np.round(served_at(scores[pick], data.y[pick], bounds), 3))
    # 2. The shipped model sees all development pairs; its calibration comes from models that did not see the pair.
    crossed = np.zeros(len(dev.y))
    for fold in range(FOLDS):
        inside = np.array([int(r["group"], 16) % FOLDS == fold for r in dev.rows])
        crossed[inside] = dev.decide(train_on(~made.held, ~inside))[inside]
    final = train_on(~made.held, np.ones(len(dev.y), bool))
    made_s = made.decide(final)
    print("dev cross-fit", np.round(served_at(crossed, dev.y, bounds), 3))
    made_pick = made.held & np.array([r["source"] != "qqp" for r in made.rows])
    print(f"{'edge':>6} {'near':>6} {'para1':>6} {'para2':>6} {'traps':>6} | made repeats, traps | qqp 1, 0")
    table = []
    kinds = [np.array([r["source"] == k for r in dev.rows]) for k in ("dev:near", "dev:paraphrase1", "dev:paraphrase2", "dev:trap")]
    for edge in BIN_EDGES:
        shares = [(crossed[k] >= edge).mean() for k in kinds]
        m = [(made_s[made_pick & (made.y == label)] >= edge).mean() for label in (1, 0)]
        q = [(made_s[made.held & ~made_pick & (made.y == label)] >= edge).mean() for label in (1, 0)]
        print(f"{edge:6.2f} " + " ".join(f"{v:6.3f}" for v in shares) + " | " + " ".join(f"{v:.4f}" for v in m) + " | " + " ".join(f"{v:.4f}" for v in q))
    # Traps count once, whatever their making; repeats are thinned to as many: half of all candidates are look-alikes.
    fresh = {line.split()[0]: [float(n) for n in line.split()[1:]] for line in (HERE / "fresh-counts.txt").read_text().splitlines()}
    for bin, (low, high) in enumerate(zip(BIN_EDGES, BIN_EDGES[1:] + [np.inf])):
        counts = []
        for label in (1, 0):
            in_dev = (dev.y == label) & (crossed >= low) & (crossed < high)
            in_made = made_pick & (made.y == label) & (made_s >= low) & (made_s < high)
            scale = MADE_CALIBRATION_PAIRS / (made_pick & (made.y == label)).sum()
            own = DEV_CALIBRATION_WEIGHT * in_dev.sum() + scale * in_made.sum()
            counts.append(own + FRESH_CALIBRATION_WEIGHT * fresh["right" if label else "wrong"][bin])
        table.append(counts)
        print(f"bin {low:6.2f}: right {counts[0]:7.1f} wrong {counts[1]:6.1f}")
    if options.write:
        write(final, names, table)


def write(model, names, table):
    dump = model.dump_model()
    trees = []
    for tree in dump["tree_info"]:
        nodes = []

        def walk(node):
            at = len(nodes)
            nodes.append(None)
            if "leaf_value" in node and "split_feature" not in node:
                nodes[at] = f"{node['leaf_value']:.5g}"
            else:
                left = walk(node["left_child"])
                right = walk(node["right_child"])
                nodes[at] = f"{node['split_feature']}:{node['threshold']:.6g}:{left}:{right}"
            return at

        walk(tree["tree_structure"])
        trees.append(" ".join(nodes))
    text = "// Generated by models/verdict/train.py. Do not edit.\n"
    text += "/** Names of the model's inputs, by index. */\nexport const MODEL_FEATURES =\n  \"" + " ".join(names) + "\";\n"
    text += "/** One tree a line; a node is `feature:threshold:left:right` (at most goes left) or a leaf's value. */\nexport const MODEL_TREES = `\n" + "\n".join(trees) + "\n`;\n"
    text += "/** Lower edges of the score bins; the last bin holds pairs that are equal after normalisation. */\nexport const SCORE_BIN_EDGES: readonly number[] = [" + ", ".join(f"{e:g}" for e in BIN_EDGES) + "];\n"
    text += "/** Calibration: decisions per bin that were right, when half of all candidates are look-alikes. */\nexport const CALIBRATION_RIGHT: readonly number[] = [" + ", ".join(f"{r:.1f}" for r, _ in table) + "];\n"
    text += "/** The same for wrong ones. */\nexport const CALIBRATION_WRONG: readonly number[] = [" + ", ".join(f"{w:.1f}" for _, w in table) + "];\n"
    OUT.write_text(text)
    print("wrote", OUT, len(text))


main()
