"""What helps a chatbot to listen: held-out replies after the same minutes, by networks that differ in one thing.

    python benchmarks/listening.py --train dailydialog/train.txt --validation dailydialog/validation.txt

Each variant is a small network of `textgen train-chat` with one change, and learns in a process of its own with the
same recipe, seed and minutes of steps and validations. Two figures are taken at each validation and kept where the
first is at its best: the perplexity of a held-out token, and the same where each reply comes after the context of
another exchange. Their ratio is what a network takes from the context.

- not scaled: attention as version 0.1 had it, START among what it looks at
- additive: scores by a layer with tanh (Bahdanau et al. 2015) instead of scaled products
- input feeding: what the decoder read from the context at a step is part of its next input (Luong et al. 2015), so that
  training goes step by step
- two layers: of encoder and decoder
- no copies, not told whose turn, no attention: without that part

What is measured is kept in `listening.json` in `--out` and not measured again.
"""

import argparse
import math
import shutil
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import tensorflow as tf
from keras import ops
from measuring import Row, shown
from quality_training import figures, read_json, run_alone, say, write_json

from textgen.config import AnyArchitecture, Budget, EncoderDecoderConfig
from textgen.inference.weights import weight_shapes
from textgen.model_folder import ModelFolder
from textgen.models.encoder_decoder import EncoderDecoderMasks, KerasEncoderDecoder, ReplyOutputs
from textgen.models.network import masked, product
from textgen.training.batches import PairStore
from textgen.training.chat_task import ChatTask, Listening
from textgen.training.checkpoint import HELD_OUT_IDS
from textgen.training.display import PlainDisplay
from textgen.training.network_steps import EncoderDecoderValidation
from textgen.training.run import run_training
from textgen.training.sizing import ChatChoice
from textgen.training.task import Encoded, RunPlan, Settled, TrainingRequest, Workspace

DEFAULT = "default"
_SIZE = "small"
_SCORED = 500
"""How many held-out exchanges are scored at each validation."""

FORMATS = {
    "minutes": ".1f",
    "parameters": ",.0f",
    "steps": ",.0f",
    "tokens_per_second": ",.0f",
    "perplexity_per_token": ".2f",
    "against_default": "+.1%",
    "another_context": "+.1%",
}

Tensor = Any


class Additive(KerasEncoderDecoder):
    """Attention whose scores are v . tanh(K memory + Q output)."""

    def __init__(self, config: EncoderDecoderConfig, compute: str = "float32") -> None:
        super().__init__(config, compute)
        u, e = config.hidden, config.embedding
        self.attention_key = self.add_weight((u, e), "glorot_uniform", name="additive_key")
        self.attention_query = self.add_weight((u, e), "glorot_uniform", name="additive_query")
        self.attention_score = self.add_weight((e, 1), "glorot_uniform", name="additive_score")

    def named_weights(self) -> dict[str, Any]:
        """Those of the usual network, and what the scores need."""
        own = {"attention/query": self.attention_query, "attention/score": self.attention_score}
        return super().named_weights() | own

    def _attend(self, x: Tensor, memory: Tensor, real: Tensor) -> Tensor:
        keys = ops.transpose(product(memory, self.attention_key), (1, 0, 2))[:, None]
        queries = ops.transpose(product(x, self.attention_query), (1, 0, 2))[:, :, None]
        scores = ops.squeeze(product(ops.tanh(keys + queries), self.attention_score), -1)
        alone = ops.sum(real, axis=0, keepdims=True) == 1
        real = ops.concatenate([ops.cast(alone, real.dtype), real[1:]], axis=0)
        scores = ops.where(ops.transpose(real)[:, None] > 0, ops.cast(scores, "float32"), float("-inf"))
        weights = ops.cast(ops.exp(ops.log_softmax(scores, axis=-1)), self.compute)
        values = ops.transpose(product(memory, self.attention_value), (1, 0, 2))
        return ops.transpose(ops.matmul(weights, values), (1, 0, 2))


class InputFeeding(KerasEncoderDecoder):
    """A decoder of one layer that reads what attention gave at the step before, beside the token."""

    def __init__(self, config: EncoderDecoderConfig, compute: str = "float32") -> None:
        super().__init__(config, compute)
        self.feed = self.add_weight((config.embedding, config.embedding), "glorot_uniform", name="feed")

    def named_weights(self) -> dict[str, Any]:
        """Those of the usual network, and what brings the vector in."""
        return super().named_weights() | {"feed": self.feed}

    def outputs(
        self, contexts: Tensor, real: Tensor, inputs: Tensor, masks: EncoderDecoderMasks | None = None
    ) -> ReplyOutputs:
        """As the usual network's, step by step."""
        masks = masks or EncoderDecoderMasks()
        table = self.embedding.embeddings
        table = ops.cast(table if masks.embedding is None else table * masks.embedding, self.compute)
        tokens = ops.take(table, contexts, axis=0)
        whose = ops.take(ops.cast(self.whose, self.compute), self._whose_turn(contexts), axis=0)
        memory, [state] = self._encode(tokens + whose, ops.expand_dims(real, -1), masks)
        memory = masked(memory, masks.memory)
        layer = self.layers_by_name["decoder_0"]
        drop = masks.recurrent.get("decoder_0")
        recurrent = layer.recurrent_kernel if drop is None else layer.recurrent_kernel * drop
        kernels = [ops.cast(kernel, self.compute) for kernel in (layer.kernel, recurrent, layer.bias)]

        def advance(before: tuple[Tensor, ...], token: Tensor) -> tuple[Tensor, ...]:
            vector, _, *carried = before
            x = token[None] + product(vector, self.feed)[None]
            after = layer.step(masked(x, masks.decoder[0] if masks.decoder else None)[0], carried, *kernels)
            x = masked(after[0][None], masks.output)
            vector = ops.tanh(self.softmax.vectors(x) + self._attend(x, memory, real))[0]
            return (vector, x[0], *after)

        none = ops.zeros_like(tokens[0])
        vectors, x, *_ = tf.scan(advance, ops.take(table, inputs, axis=0), (none, state[0], *state))
        return ReplyOutputs(
            self.softmax.products(vectors, self.embedding.embeddings), self._copies(x, memory, tokens, contexts, real)
        )


class OtherContexts(EncoderDecoderValidation):
    """Scores held-out exchanges, each after the context of the one beside it in the batch."""

    def _run(self, contexts: Tensor, real: Tensor, inputs: Tensor, targets: Tensor, scored: Tensor) -> Tensor:
        return super()._run(ops.roll(contexts, 1, axis=1), ops.roll(real, 1, axis=1), inputs, targets, scored)


class Both:
    """Scores held-out exchanges after their own contexts and after others; keeps both from where the first is best."""

    def __init__(self, network: KerasEncoderDecoder, store: PairStore) -> None:
        self._own, self._other = (kind(network, store, _SCORED) for kind in (EncoderDecoderValidation, OtherContexts))
        self.best = (math.inf, math.inf)

    def __call__(self) -> float:
        """Cross-entropy in nats a token after the own contexts."""
        found = self._own()
        self.best = min(self.best, (found, self._other()))
        return found


@dataclass(frozen=True)
class Variant:
    """A change.

    Args:
        changes: of the architecture.
        network: in place of the usual one.
        weights: their shapes, where the usual network has none of that name or shape; its widths are `u` and `e`.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    network: type[KerasEncoderDecoder] = KerasEncoderDecoder
    weights: Mapping[str, str] = field(default_factory=dict)

    def shapes(self, config: AnyArchitecture) -> dict[str, tuple[int, ...]]:
        """The shape of each weight."""
        assert isinstance(config, EncoderDecoderConfig)
        width = {"u": config.hidden, "e": config.embedding, "1": 1}
        own = {name: tuple(width[of] for of in shape) for name, shape in self.weights.items()}
        return {**weight_shapes(config), **own}


VARIANTS = {
    DEFAULT: Variant(),
    "not scaled": Variant({"scaled": False}),
    "additive": Variant(
        network=Additive, weights={"attention/key": "ue", "attention/query": "ue", "attention/score": "e1"}
    ),
    "input feeding": Variant(network=InputFeeding, weights={"feed": "ee"}),
    "two layers": Variant({"layers": 2}),
    "no copies": Variant({"copying": False}),
    "not told whose turn": Variant({"told_whose": False}),
    "no attention": Variant(dict.fromkeys(("attention", "scaled", "copying", "told_whose"), False)),
}


class VariantTask(ChatTask):
    """Trains a variant."""

    validation: Both

    def __init__(self, request: TrainingRequest, variant: Variant) -> None:
        super().__init__(request, Listening(spacing="as-is"))
        self._variant = variant

    def settle(self, plan: RunPlan, encoded: Encoded, folder: ModelFolder) -> Settled:
        """The usual network with the change."""
        settled = super().settle(plan, encoded, folder)
        architecture = replace(settled.plan.architecture, **self._variant.changes)
        return replace(settled, plan=replace(settled.plan, architecture=architecture))

    def network(self, at: Workspace) -> KerasEncoderDecoder:
        """The variant's."""
        architecture = at.model.card.architecture
        assert isinstance(architecture, EncoderDecoderConfig)
        return self._variant.network(architecture, at.run.training.precision)

    def validate(self, at: Workspace, network: KerasEncoderDecoder) -> Both:  # type: ignore[override]
        """Both figures."""
        self.validation = Both(
            network, PairStore(at.model.path / "training" / HELD_OUT_IDS, at.model.tokenizer.vocabulary_size)
        )
        return self.validation


def measured(name: str, training: Path, validation: Path, minutes: float, out: Path) -> Row:
    """Trains a variant in this process."""
    folder = ModelFolder(out / "variant")
    shutil.rmtree(folder.path, ignore_errors=True)  # of a run that was stopped
    request = TrainingRequest(training, ChatChoice(size=_SIZE), "eou", validation, index=False)
    task, display = VariantTask(request, VARIANTS[name]), PlainDisplay()
    with ExitStack() as stack:
        for module in ("inference.weights", "training.prepare"):
            stack.enter_context(patch(f"textgen.{module}.weight_shapes", VARIANTS[name].shapes))
        task.begin(folder, Budget(minutes=minutes), None, display.note)
        run_training(task, folder, display)
    own, other = map(math.exp, task.validation.best)
    row: Row = {"case": f"{training.parent.name}, {minutes:g} minutes", "system": name, **figures(folder.path)}
    row["parameters"] = sum(map(math.prod, VARIANTS[name].shapes(folder.load_card().architecture).values()))
    shutil.rmtree(folder.path)
    return {**row, "perplexity_per_token": own, "another_context": other / own - 1}


def main() -> None:
    """Makes the runs that are missing, one process each, and prints the table."""
    parser = argparse.ArgumentParser(description="Weigh what helps a chatbot to listen.")
    parser.add_argument("--train", type=Path, required=True, help="dialogues, one a line, turns end in __eou__")
    parser.add_argument("--validation", type=Path, required=True, help="held-out ones")
    parser.add_argument("--minutes", type=float, default=5.0, metavar="N", help="of each run  [5]")
    parser.add_argument("--only", nargs="+", default=list(VARIANTS), choices=VARIANTS, metavar="NAME")
    parser.add_argument("--out", type=Path, default=Path("runs/listening"), metavar="DIR", help="[runs/listening]")
    parser.add_argument("--json", action="store_true", help="print an object with `rows` instead of a table")
    parser.add_argument("--run", metavar="NAME", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    kept = asked.out / "listening.json"
    rows: list[Row] = (read_json(kept) or {"rows": []})["rows"]
    if asked.run:
        row = measured(asked.run, asked.train, asked.validation, asked.minutes, asked.out)
        write_json(kept, {"rows": [*rows, row]})
        return
    for name in asked.only:
        if all(row["system"] != name for row in rows):
            say(name)
            run_alone([sys.executable, *sys.argv, "--run", name])
    rows = (read_json(kept) or {"rows": []})["rows"]
    usual = next((float(row["perplexity_per_token"]) for row in rows if row["system"] == DEFAULT), None)
    if usual is not None:
        rows = [{**row, "against_default": float(row["perplexity_per_token"]) / usual - 1} for row in rows]
    print(shown(rows, asked.json, FORMATS))


if __name__ == "__main__":
    main()
