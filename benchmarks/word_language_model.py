"""The small model of PyTorch's word-language-model example, written anew after its published recipe.

Two LSTM layers of 200 over word vectors of 200, a softmax of its own over the 10,000 words, dropout 0.2 on the vectors,
between the layers and before the softmax. Batches of 20 streams, windows of 35 words, state carried; plain gradient
descent at rate 20, gradients clipped to a norm of 0.25. After each epoch the validation text is scored in ten streams,
and the rate divided by four where that brought nothing new; the best weights are scored in the end.

What is ours: it stops after so many minutes of steps and validations, in the middle of an epoch if need be, and
validates a last time; and the figure in the end scores every word in one stream, the first one after an `<eos>`.
"""

import math
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

UNITS, LAYERS, DROPOUT = 200, 2, 0.2
BATCH, WINDOW, EVALUATION_BATCH = 20, 35, 10
RATE, ANNEALING, CLIP = 20.0, 4.0, 0.25
EOS = "<eos>"

State = tuple[torch.Tensor, torch.Tensor]


class WordModel(nn.Module):
    """Word vectors, LSTM, softmax.

    Args:
        words: in the vocabulary.
    """

    def __init__(self, words: int) -> None:
        super().__init__()
        self.drop = nn.Dropout(DROPOUT)
        self.vectors = nn.Embedding(words, UNITS)
        self.lstm = nn.LSTM(UNITS, UNITS, LAYERS, dropout=DROPOUT)
        self.softmax = nn.Linear(UNITS, words)
        nn.init.uniform_(self.vectors.weight, -0.1, 0.1)
        nn.init.uniform_(self.softmax.weight, -0.1, 0.1)
        nn.init.zeros_(self.softmax.bias)

    def forward(self, ids: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        """Logits (time x batch, words) for the words after `ids` (time, batch), and the state after them."""
        outputs, state = self.lstm(self.drop(self.vectors(ids)), state)
        return self.softmax(self.drop(outputs)).flatten(0, 1), state

    def initial_state(self, batch: int) -> State:
        """Zeros."""
        return torch.zeros(LAYERS, batch, UNITS), torch.zeros(LAYERS, batch, UNITS)


def learn(
    training: str, validation: str, minutes: float, tell: Callable[[str], None]
) -> tuple[dict[str, float], list[tuple[float, float]]]:
    """Trains a model, and scores it on the validation text.

    Args:
        training, validation: a sentence a line, words between white space.
        minutes: of steps and validations.
        tell: is told every score.

    Returns:
        Figures of the run, and its curve: minutes, and the perplexity of a word.
    """
    torch.manual_seed(0)
    words = words_of(training)
    vocabulary = {word: number for number, word in enumerate(dict.fromkeys(words))}
    held_out = torch.tensor([vocabulary[word] for word in [EOS, *words_of(validation)]])
    run = _Training(WordModel(len(vocabulary)), torch.tensor([vocabulary[word] for word in words]), minutes * 60)
    while not run.is_over:
        run.epoch()
        run.validate(held_out)
        tell(f"{run.seconds / 60:5.1f} minutes, {run.steps} steps, perplexity {run.curve[-1][1]:.1f}")
    run.model.load_state_dict(run.best)
    return {
        "minutes": run.seconds / 60,
        "parameters": sum(weight.numel() for weight in run.model.parameters()),
        "steps": run.steps,
        "epochs": run.steps / run.steps_per_epoch,
        "tokens_per_second": run.steps * BATCH * WINDOW / run.seconds_of_steps,
        "perplexity": math.exp(mean_nats(run.model, held_out, 1)),
    }, run.curve


def words_of(text: str) -> list[str]:
    """The words of a text, each line closed by `<eos>`."""
    return [word for line in text.rstrip("\n").split("\n") for word in [*line.split(), EOS]]


def in_streams(ids: torch.Tensor, streams: int) -> torch.Tensor:
    """Ids cut into streams side by side; what is left over at the end is left out. *Shape:* (time, streams)."""
    return ids[: len(ids) // streams * streams].view(streams, -1).t().contiguous()


@torch.no_grad()
def mean_nats(model: WordModel, ids: torch.Tensor, streams: int) -> float:
    """Nats a word of each stream after its first one, the state carried from end to end."""
    model.eval()
    run, state, total = in_streams(ids, streams), model.initial_state(streams), 0.0
    for begin in range(0, len(run) - 1, WINDOW):
        targets = run[begin + 1 : begin + 1 + WINDOW]
        logits, state = model(run[begin : begin + len(targets)], state)
        total += nn.functional.cross_entropy(logits, targets.flatten(), reduction="sum").item()
    return total / ((len(run) - 1) * streams)


class _Training:
    """A run that goes on until its seconds are spent."""

    def __init__(self, model: WordModel, ids: torch.Tensor, budget: float) -> None:
        self.model, self.budget = model, budget
        self._streams, self._rate = in_streams(ids, BATCH), RATE
        self.steps, self.seconds, self.seconds_of_steps = 0, 0.0, 0.0
        self.curve: list[tuple[float, float]] = []
        self.best: dict[str, Any] = {}
        self.steps_per_epoch = math.ceil((len(self._streams) - 1) / WINDOW)

    @property
    def is_over(self) -> bool:
        return self.seconds >= self.budget

    def epoch(self) -> None:
        """One pass over the training text, or as much of it as there is time for."""
        self.model.train()
        state = self.model.initial_state(BATCH)
        for begin in range(0, len(self._streams) - 1, WINDOW):
            if self.is_over:
                return
            started = time.perf_counter()
            state = self._step(begin, state)
            self.steps += 1
            self.seconds_of_steps += time.perf_counter() - started
            self.seconds += time.perf_counter() - started

    def validate(self, held_out: torch.Tensor) -> None:
        """Scores the held-out text; keeps the best weights, and anneals where these are not the best."""
        started = time.perf_counter()
        perplexity = math.exp(mean_nats(self.model, held_out, EVALUATION_BATCH))
        self.seconds += time.perf_counter() - started
        if all(perplexity < before for _, before in self.curve):
            self.best = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
        else:
            self._rate /= ANNEALING
        self.curve.append((self.seconds / 60, perplexity))

    def _step(self, begin: int, state: tuple[torch.Tensor, torch.Tensor]) -> State:
        targets = self._streams[begin + 1 : begin + 1 + WINDOW]
        h, c = (tensor.detach() for tensor in state)
        self.model.zero_grad()
        logits, state = self.model(self._streams[begin : begin + len(targets)], (h, c))
        nn.functional.cross_entropy(logits, targets.flatten()).backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        with torch.no_grad():
            for weight in self.model.parameters():
                weight.add_(weight.grad, alpha=-self._rate)
        return state
