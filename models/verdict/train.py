"""Trains and calibrates the posterior model and writes shared/domain/semantic/english/data/posterior-model.ts.

    python3 train.py --made made.tsv --dev first.tsv ordinary.tsv … [--write]

All inputs come from extract-features.ts. Each development set was written by a different author. Each set is scored by a
model that was trained on the other sets only; the printed figures and the calibration come from these scores. A tenth of
the made and natural pairs is also held out. Seeded, one thread.
"""

import argparse
import csv
import pathlib

import lightgbm as lgb
import numpy as np

SEED = 20261121
OUT = pathlib.Path(__file__).parents[2] / "shared/domain/semantic/english/data/posterior-model.ts"
META = ["label", "source", "group", "equal", "vetoes"]
DEV_WEIGHT = 15.0
NATURAL_WEIGHT = 0.1
MADE_HELD_OUT = 0.1
ROUNDS = 160
EQUAL_SCORE = 20.0
BIN_EDGES = [-20.5, -4.0, -2.5, -1.5, -1.0, -0.6, -0.3, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 10.0]
BOUNDS = [0.005, 0.01, 0.015, 0.05]
KINDS = ("dev:near-repeat", "dev:paraphrase", "dev:trap")
MONOTONE = {
    "cosine": 1, "unmatchedMax": -1, "unmatchedMin": -1, "unmatchedShare": -1, "heaviestUnmatched": -1, "unmatchedCountMax": -1, "unmatchedCountMin": -1,
    "matchedMass": 1, "weakMass": -1, "vectorMatches": -1, "synonymMass": -1, "typeDistance": -1, "typeIsSame": 1, "unmatchedNames": -1, "headMismatch": -1, "vetoCount": -1, "roleChanges": -1,
    "prepositionDifference": -1, "functionDifference": -1, "pronounDifference": -1, "tenseDifference": -1, "inversions": -1, "plainInversions": -1,
}


def read(path):
    with open(path) as f:
        rows = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    names = [n for n in rows[0] if n not in META + ["a", "b"]]
    x = np.array([[float(r[n]) for n in names] for r in rows])
    return rows, names, x


class Set:
    def __init__(self, path):
        self.name = pathlib.Path(path).stem
        self.rows, self.names, self.x = read(path)
        self.y = np.array([int(r["label"]) for r in self.rows])
        self.source = np.array([r["source"] for r in self.rows])
        self.vetoed = np.array([r["vetoes"] != "-" for r in self.rows])
        self.equal = np.array([r["equal"] == "1" for r in self.rows])
        self.undecided = ~self.vetoed & ~self.equal

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
    parser.add_argument("--dev", required=True, nargs="+")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    made, dev = Set(options.made), [Set(path) for path in options.dev]
    names = made.names
    assert all(names == one.names for one in dev)
    made_held = np.array([is_held_out(r["group"], MADE_HELD_OUT) for r in made.rows])
    made_weight = np.where(made.source == "qqp", NATURAL_WEIGHT, 1.0)

    def train_on(sets):
        pick = ~made_held & made.undecided
        x = np.vstack([made.x[pick]] + [one.x[one.undecided] for one in sets])
        y = np.concatenate([made.y[pick]] + [one.y[one.undecided] for one in sets])
        w = np.concatenate([made_weight[pick]] + [np.full(one.undecided.sum(), DEV_WEIGHT) for one in sets])
        return fit(x, y, w, names)

    # Score each set with a model that was not trained on it.
    scores = []
    for one in dev:
        scores.append(one.decide(train_on([other for other in dev if other is not one])))
        cosine = one.x[:, names.index("cosine")]
        print(one.name, len(one.y), "served at", BOUNDS, np.round(served_at(scores[-1], one.y, BOUNDS), 3), "cosine + vetoes", np.round(served_at(cosine - 2.0 * one.vetoed, one.y, BOUNDS), 3))
    crossed, labels = np.concatenate(scores), np.concatenate([one.y for one in dev])
    sources = np.concatenate([one.source for one in dev])
    print("all", len(labels), "served at", BOUNDS, np.round(served_at(crossed, labels, BOUNDS), 3))
    final = train_on(dev)
    print("gain", [(n, int(g)) for g, n in sorted(zip(final.feature_importance("gain"), names), reverse=True)[:14]])
    made_s = made.decide(final)
    natural = made_held & (made.source == "qqp")
    made_pick = made_held & ~natural
    print(f"{'edge':>6} {'near':>6} {'para':>6} {'traps':>6} | made repeats, traps | natural 1, 0")
    for edge in BIN_EDGES:
        shares = [(crossed[sources == kind] >= edge).mean() for kind in KINDS]
        m = [(made_s[made_pick & (made.y == label)] >= edge).mean() for label in (1, 0)]
        q = [(made_s[natural & (made.y == label)] >= edge).mean() for label in (1, 0)]
        print(f"{edge:6.2f} " + " ".join(f"{v:6.3f}" for v in shares) + " | " + " ".join(f"{v:.4f}" for v in m) + " | " + " ".join(f"{v:.4f}" for v in q))
    # Calibrate only on pairs that people wrote and checked, because an edit made by a script may not change the answer.
    # Half of these pairs are look-alikes.
    table = []
    for low, high in zip(BIN_EDGES, BIN_EDGES[1:] + [np.inf]):
        counts = []
        for label in (1, 0):
            in_dev = (labels == label) & (crossed >= low) & (crossed < high)
            counts.append(in_dev.sum())
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
    text += "/** One tree per line. A node is `feature:threshold:left:right` (left if at most the threshold) or a leaf's value. */\nexport const MODEL_TREES = `\n" + "\n".join(trees) + "\n`;\n"
    text += "/** Lower edges of the score bins; the last bin holds pairs that are equal after normalisation. */\nexport const SCORE_BIN_EDGES: readonly number[] = [" + ", ".join(f"{e:g}" for e in BIN_EDGES) + "];\n"
    text += "/** Calibration: right decisions per bin, if half of all candidates are look-alikes. */\nexport const CALIBRATION_RIGHT: readonly number[] = [" + ", ".join(f"{r:.1f}" for r, _ in table) + "];\n"
    text += "/** Calibration: wrong decisions per bin, if half of all candidates are look-alikes. */\nexport const CALIBRATION_WRONG: readonly number[] = [" + ", ".join(f"{w:.1f}" for _, w in table) + "];\n"
    OUT.write_text(text)
    print("wrote", OUT, len(text))


main()
