"""A language model in PyTorch, and its training step as PyTorch's users write it."""

from typing import Any

import torch
from networks import CLIP, LEARNING_RATE, Train, Weights

from textgen.config import ModelConfig


def layers(weights: Weights, batch_first: bool) -> tuple[torch.nn.Embedding, torch.nn.LSTM, torch.nn.Linear]:
    """Embedding, LSTM and softmax with the weights of a script model."""
    count = sum(name.endswith("/recurrent_kernel") for name in weights)
    units, vocabulary = weights["output/kernel"].shape
    embedding = torch.nn.Embedding(*weights["embedding"].shape)
    lstm = torch.nn.LSTM(embedding.embedding_dim, units, count, batch_first=batch_first)
    output = torch.nn.Linear(units, vocabulary)
    with torch.no_grad():
        embedding.weight.copy_(torch.from_numpy(weights["embedding"]))
        output.weight.copy_(torch.from_numpy(weights["output/kernel"].T.copy()))
        output.bias.copy_(torch.from_numpy(weights["output/bias"]))
        for k in range(count):
            for theirs, ours in (("weight_ih", "kernel"), ("weight_hh", "recurrent_kernel"), ("bias_ih", "bias")):
                getattr(lstm, f"{theirs}_l{k}").copy_(torch.from_numpy(weights[f"lstm_{k}/{ours}"].T.copy()))
            getattr(lstm, f"bias_hh_l{k}").zero_()
    return embedding, lstm, output


class LanguageModel(torch.nn.Module):
    """Embedding -> LSTM -> softmax, time first.

    Args:
        weights: to begin with.
    """

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.embedding, self.lstm, self.output = layers(weights, batch_first=False)

    def forward(self, ids: torch.Tensor, state: Any) -> tuple[torch.Tensor, Any]:
        """Logits (time, batch, vocabulary) and the state after the window."""
        x, state = self.lstm(self.embedding(ids), state)
        return self.output(x), state


def language_model(config: ModelConfig, weights: Weights, precision: str, streams: int, window: int) -> Train:
    """The step; of the batch's shape it need not know.

    Args:
        config: the network.
        weights: to begin with.
        precision: `float32`, or `bfloat16` for autocast.
        streams: sequences in a batch.
        window: tokens of each.
    """
    model, state = LanguageModel(weights), None
    optimizer = torch.optim.AdamW(model.parameters(), LEARNING_RATE, fused=True)

    def train(*batch: Any) -> float:
        nonlocal state
        inputs, targets = (torch.from_numpy(array).long() for array in batch)
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            logits, after = model(inputs, state)
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        state = tuple(array.detach() for array in after)
        return loss.item()

    return train
