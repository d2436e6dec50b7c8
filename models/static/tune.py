"""Tunes the token vectors until their sums rank questions as MiniLM does.

The loss of a step has three terms. The first is the KL divergence between MiniLM's and the table's similarity
distributions of each question over the batch, which contains near neighbours of the question. The second is a
contrastive term over duplicates. The third pulls the vectors back to the start; it keeps words that do not occur in the
training text in the same space as the others.
"""

import numpy as np
import torch
import torch.nn.functional as F

EPOCHS = 3
LEARNING_RATE = 0.002
FINAL_LEARNING_RATE_SHARE = 0.3
TEMPERATURE = 0.05
CONTRASTIVE_WEIGHT = 0.3
PULL_TO_START = 3.0
QUESTIONS_A_STEP = 128
DUPLICATES_A_STEP = 128
NEIGHBOURS = 16
NEAR_NEIGHBOURS = 4
NEIGHBOUR_ROWS = 1000


def nearest(teacher: torch.Tensor) -> np.ndarray:
    found = [
        (teacher[start : start + NEIGHBOUR_ROWS] @ teacher.T).topk(NEIGHBOURS + 1, dim=1).indices[:, 1:].numpy()
        for start in range(0, len(teacher), NEIGHBOUR_ROWS)
    ]
    return np.concatenate(found).astype(np.int32)


def bag(weights: torch.Tensor, ids: list[list[int]], at: np.ndarray) -> torch.Tensor:
    lists = [ids[question] for question in at]
    offsets = np.cumsum([0] + [len(tokens) for tokens in lists[:-1]])
    flat = torch.tensor(np.concatenate(lists))
    return F.normalize(F.embedding_bag(flat, weights, torch.tensor(offsets), mode="sum"), dim=1)


def distillation(vectors: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    itself = torch.eye(len(vectors), dtype=torch.bool)
    ours = (vectors @ vectors.T / TEMPERATURE).masked_fill(itself, -1e4)
    theirs = (teacher @ teacher.T / TEMPERATURE).masked_fill(itself, -1e4)
    return F.kl_div(F.log_softmax(ours, 1), F.log_softmax(theirs, 1), log_target=True, reduction="batchmean")


def tune(start: np.ndarray, ids: list[list[int]], teacher: np.ndarray, duplicates: np.ndarray, neighbours: np.ndarray, seed: int, log) -> np.ndarray:
    """Returns the tuned vectors.

    `ids`, `teacher` and `neighbours` cover the training questions only; `duplicates` contains pairs of their positions.
    """
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    origin = torch.tensor(start, dtype=torch.float32)
    weights = torch.nn.Parameter(origin.clone())
    targets = torch.tensor(teacher.astype(np.float32))
    optimizer = torch.optim.Adam([weights], lr=LEARNING_RATE)
    steps = len(ids) // QUESTIONS_A_STEP
    for epoch in range(EPOCHS):
        questions, order = generator.permutation(len(ids)), generator.permutation(len(duplicates))
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * (1 - (1 - FINAL_LEARNING_RATE_SHARE) * epoch / EPOCHS)
        total = 0.0
        for step in range(steps):
            some = questions[step * QUESTIONS_A_STEP : (step + 1) * QUESTIONS_A_STEP]
            far = neighbours[some, generator.integers(0, NEIGHBOURS, len(some))]
            near = neighbours[some, generator.integers(0, NEAR_NEIGHBOURS, len(some))]
            batch = np.concatenate([some, far, near])
            vectors = bag(weights, ids, batch)
            pairs = duplicates[order[(np.arange(DUPLICATES_A_STEP) + step * DUPLICATES_A_STEP) % len(duplicates)]]
            first, second = bag(weights, ids, pairs[:, 0]), bag(weights, ids, pairs[:, 1])
            scores = first @ torch.cat([second, vectors]).T / TEMPERATURE
            loss = distillation(vectors, targets[batch])
            loss = loss + CONTRASTIVE_WEIGHT * F.cross_entropy(scores, torch.arange(len(pairs)))
            loss = loss + PULL_TO_START * ((weights - origin) ** 2).sum() / len(origin)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        log(f"epoch {epoch + 1} of {EPOCHS}: loss {total / steps:.4f}")
    return weights.detach().numpy()
