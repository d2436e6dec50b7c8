"""Loads labelled question pairs and holds out a fifth. No pair connects a held-out question with another question."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import NamedTuple

HELD_OUT_DIVISOR = 5


class QuestionPairs(NamedTuple):
    questions: list[str]  # sorted, unique
    held_out: list[bool]  # per question
    pairs: list[tuple[int, int, int]]  # question, question, 1 = duplicate


def roots(records: list[dict]) -> dict[str, str]:
    """Maps each question to the smallest question of its component. Pairs of both labels connect questions."""
    parent: dict[str, str] = {}

    def find(question: str) -> str:
        parent.setdefault(question, question)
        while parent[question] != question:
            parent[question] = parent[parent[question]]
            question = parent[question]
        return question

    for record in records:
        a, b = find(record["text_a"]), find(record["text_b"])
        if a != b:
            parent[max(a, b)] = min(a, b)
    return {question: find(question) for question in parent}


def is_held_out(root: str) -> bool:
    return int(hashlib.sha256(root.encode()).hexdigest()[:8], 16) % HELD_OUT_DIVISOR == 0


def load_pairs(path: Path) -> QuestionPairs:
    records = json.loads(gzip.decompress(path.read_bytes()))
    root_of = roots(records)
    questions = sorted(root_of)
    index = {question: at for at, question in enumerate(questions)}
    pairs = [(index[r["text_a"]], index[r["text_b"]], r["label"]) for r in records]
    return QuestionPairs(questions, [is_held_out(root_of[q]) for q in questions], pairs)
