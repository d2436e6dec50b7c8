"""Reads and writes the static embedder's table; README.md describes the layout."""

import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np

MAGIC = b"RFSE"
VERSION = 1
HEADER_BYTES = 64
LABEL_BYTES = 32
INT8_MAX = 127


class Table(NamedTuple):
    label: str
    vocabulary: list[str]
    token_weights: np.ndarray  # float32 [vocab]: a/(a+p), near 1 for a rare token and near 0 for a very common one
    vectors: np.ndarray  # float32 [vocab, dims]: what a token adds to the vector of a sentence


def quantise(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric int8 with one scale per row. A row of zeros has scale 0."""
    scales = (np.abs(vectors).max(axis=1) / INT8_MAX).astype(np.float32)
    safe = np.where(scales > 0, scales, 1)[:, None]
    return np.clip(np.rint(vectors / safe), -INT8_MAX, INT8_MAX).astype(np.int8), scales


def write_table(path: Path, table: Table) -> bytes:
    rows, scales = quantise(table.vectors)
    text = "\n".join(table.vocabulary).encode()
    text += b"\0" * (-len(text) % 4)
    label = table.label.encode().ljust(LABEL_BYTES, b"\0")
    header = MAGIC + struct.pack("<HHIII", VERSION, HEADER_BYTES, rows.shape[1], rows.shape[0], len(text)) + label
    body = scales.astype("<f4").tobytes() + table.token_weights.astype("<f4").tobytes() + text + rows.tobytes()
    content = header.ljust(HEADER_BYTES, b"\0") + body
    path.write_bytes(content)
    return content


def read_table(path: Path) -> Table:
    content = path.read_bytes()
    version, start, dims, vocab, text_bytes = struct.unpack_from("<HHIII", content, 4)
    if content[:4] != MAGIC or version != VERSION:
        raise ValueError(f"{path} is not a static embedder table of version {VERSION}")
    label = content[20 : 20 + LABEL_BYTES].rstrip(b"\0").decode()
    scales = np.frombuffer(content, "<f4", vocab, start)
    weights = np.frombuffer(content, "<f4", vocab, start + 4 * vocab)
    text_start = start + 8 * vocab
    vocabulary = content[text_start : text_start + text_bytes].rstrip(b"\0").decode().split("\n")
    rows = np.frombuffer(content, np.int8, vocab * dims, text_start + text_bytes).reshape(vocab, dims)
    return Table(label, vocabulary, weights, rows.astype(np.float32) * scales[:, None])
