"""Builds the static embedder's table and its TypeScript manifest; see README.md."""

import argparse
import hashlib
import json
from pathlib import Path
from typing import Callable

import numpy as np
import torch

import minilm
from evaluate import embed, report
from question_pairs import QuestionPairs, load_pairs
from table_format import Table, write_table
from tune import nearest, tune

SEED = 1
DIMS = 256
#: The constant a of the SIF weights a/(a+p) (Arora, Liang, Ma 2017).
SIF_A = 1e-3
LABEL = "minilm-l6-v2"
ROOT = Path(__file__).parent / "../.."
TABLE = ROOT / "workers/assets/static-embedder.v1.bin"
MANIFEST = ROOT / "shared/domain/semantic/embedding/static-table-manifest.ts"


def project(vectors: np.ndarray, dims: int) -> np.ndarray:
    """Projects the vectors, centred, onto their first principal components."""
    centred = vectors - vectors.mean(axis=0)
    _, _, components = np.linalg.svd(centred, full_matrices=False)
    return centred @ components[:dims].T


def sif_weights(ids: list[list[int]], size: int) -> np.ndarray:
    counts = np.bincount(np.concatenate(ids), minlength=size).astype(np.float64)
    return (SIF_A / (SIF_A + counts / counts.sum())).astype(np.float32)


def cached(directory: Path | None, name: str, make: Callable[[], np.ndarray]) -> np.ndarray:
    path = directory / f"{name}.npy" if directory else None
    if path and path.exists():
        return np.load(path)
    made = make()
    if path:
        directory.mkdir(parents=True, exist_ok=True)
        np.save(path, made)
    return made


def build(data: QuestionPairs, cache: Path | None) -> Table:
    training = [at for at, out in enumerate(data.held_out) if not out]
    place = {at: row for row, at in enumerate(training)}
    ids = minilm.tokenise([data.questions[at] for at in training])
    duplicates = np.array([(place[a], place[b]) for a, b, label in data.pairs if label == 1 and a in place])
    vocabulary = minilm.vocabulary()
    model = minilm.load_model()

    weights = sif_weights(ids, len(vocabulary))
    start = project(cached(cache, "tokens", lambda: minilm.token_vectors(model)), DIMS) * weights[:, None]
    start /= np.linalg.norm(start, axis=1).mean()
    report(data, lambda lists: embed(start, lists), [], "before tuning")

    teacher = cached(cache, "teacher", lambda: minilm.embed(model, ids).astype(np.float16))
    neighbours = cached(cache, "neighbours", lambda: nearest(torch.tensor(teacher.astype(np.float32))))
    vectors = tune(start, ids, teacher, duplicates, neighbours, SEED, lambda line: print(line, flush=True))
    for at, token in enumerate(vocabulary):
        if token in ("[PAD]", "[CLS]", "[SEP]", "[MASK]") or token.startswith("[unused"):
            vectors[at] = 0
    return Table(LABEL, vocabulary, weights, vectors)


def manifest(content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    return f"""/** Written by models/static/build.py together with the table. `sha256` is the digest of the shipped file. */
export const STATIC_TABLE = {{
  file: {json.dumps(TABLE.name)},
  bytes: {len(content)},
  sha256: {json.dumps(digest)},
  dims: {DIMS},
  embedderId: {json.dumps(f"static:{LABEL}:{DIMS}:{digest[:12]}")},
}} as const;
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="keeps the slow intermediate arrays")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    data = load_pairs(options.pairs)
    content = write_table(TABLE, build(data, options.cache))
    MANIFEST.write_text(manifest(content))
    print(manifest(content))


if __name__ == "__main__":
    main()
