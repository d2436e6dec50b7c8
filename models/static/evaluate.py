"""Measures the recall of the table as a retriever on held-out questions.

    python evaluate.py --pairs qqp.json.gz [--other pairs.json] [--table ../../workers/assets/static-embedder.v1.bin]

For each held-out duplicate pair, the first question must find the second one among all held-out questions. With `--other`
(a JSON list of {"origin", "similar"}), each rewording must find its original among the originals and the held-out
questions.
"""

import argparse
import json
from pathlib import Path

import numpy as np

import minilm
from question_pairs import QuestionPairs, load_pairs
from table_format import read_table

DEFAULT_TABLE = Path(__file__).parent / "../../workers/assets/static-embedder.v1.bin"
QUERY_ROWS = 1000
#: Pairs with at most this Jaccard similarity of their tokens have few words in common.
FAR_JACCARD = 1 / 3


def embed(vectors: np.ndarray, ids: list[list[int]]) -> np.ndarray:
    out = np.stack([vectors[tokens].sum(axis=0) for tokens in ids])
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)


def ranks(queries: np.ndarray, corpus: np.ndarray, wanted: np.ndarray, itself: np.ndarray | None) -> np.ndarray:
    found = []
    for start in range(0, len(queries), QUERY_ROWS):
        scores = queries[start : start + QUERY_ROWS] @ corpus.T
        rows = np.arange(len(scores))
        target = scores[rows, wanted[start : start + QUERY_ROWS]]
        if itself is not None:
            scores[rows, itself[start : start + QUERY_ROWS]] = -np.inf
        found.append((scores > target[:, None]).sum(axis=1))
    return np.concatenate(found)


def recalls(found: np.ndarray) -> str:
    return " ".join(f"@{k} {np.mean(found < k):.4f}" for k in (1, 4, 10, 32)) + f" (n = {len(found)})"


def report(data: QuestionPairs, vectors_of, other: list[dict], name: str) -> None:
    held = [at for at, out in enumerate(data.held_out) if out]
    place = {at: row for row, at in enumerate(held)}
    ids = minilm.tokenise([data.questions[at] for at in held])
    corpus = vectors_of(ids)
    pairs = np.array([(place[a], place[b]) for a, b, label in data.pairs if label == 1 and a in place])
    found = ranks(corpus[pairs[:, 0]], corpus, pairs[:, 1], pairs[:, 0])
    shared = np.array([len(set(ids[a]) & set(ids[b])) / len(set(ids[a]) | set(ids[b])) for a, b in pairs])
    print(f"{name}: among {len(held)} held-out questions {recalls(found)}")
    print(f"{name}: few words in common {recalls(found[shared <= FAR_JACCARD])}")
    if other:
        originals, rewordings = (vectors_of(minilm.tokenise([pair[side] for pair in other])) for side in ("origin", "similar"))
        among = np.concatenate([originals, corpus])
        print(f"{name}: other pairs {recalls(ranks(rewordings, among, np.arange(len(other)), None))}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--other", type=Path)
    parser.add_argument("--table", type=Path, default=DEFAULT_TABLE)
    parser.add_argument("--minilm", action="store_true", help="also the model that the table was made from")
    options = parser.parse_args()
    pairs_of_others = json.loads(options.other.read_text()) if options.other else []
    loaded = load_pairs(options.pairs)
    table = read_table(options.table)
    report(loaded, lambda ids: embed(table.vectors, ids), pairs_of_others, "table")
    if options.minilm:
        model = minilm.load_model()
        report(loaded, lambda ids: minilm.embed(model, ids), pairs_of_others, "all-MiniLM-L6-v2")
