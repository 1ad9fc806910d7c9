"""The changes to the recipe that `ablations.py` weighs, those that promise most first.

Names joined by `+` are one variant: `dropout 0.2+rate 1e-2`.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any
from unittest.mock import patch

from ingredients import (
    Ingredient,
    activation_regularisation,
    averaged,
    cosine,
    frequencies_first,
    late_linear,
    linear,
    schedule,
    second_moment,
    warm_restarts,
)

from textgen.training.script_task import ScriptTask

DEFAULT = "default"


@dataclass(frozen=True)
class Variant:
    """A change.

    Args:
        choice: what `textgen.train_script` is given instead of its own choice.
        training: fields of the training configuration that it has no option for.
        patches: what takes the place of things of the package, by their full names.
        ingredients: change the task, one after the other.
    """

    choice: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    patches: Mapping[str, Any] = field(default_factory=dict)
    ingredients: tuple[Ingredient, ...] = ()

    def __or__(self, other: "Variant") -> "Variant":
        """Both changes; where they disagree, the other's."""
        return Variant(
            {**self.choice, **other.choice},
            {**self.training, **other.training},
            {**self.patches, **other.patches},
            (*self.ingredients, *other.ingredients),
        )

    def task(self, usual: ScriptTask) -> ScriptTask:
        """The task with the ingredients."""
        return reduce(lambda task, ingredient: ingredient(task), self.ingredients, usual)

    @contextmanager
    def patched(self) -> Iterator[None]:
        """While this lasts the package has the patches."""
        with ExitStack() as stack:
            for name, value in self.patches.items():
                stack.enter_context(patch(name, value))
            yield


def _layout(streams: int, window: int) -> Variant:
    return Variant({"streams": streams, "window": window})


def _network(layers: int, hidden: int) -> Variant:
    return Variant({"layers": layers, "hidden": hidden})


def _subwords(merges: int) -> Variant:
    return Variant({"vocabulary_limit": merges})


VARIANTS: dict[str, Variant] = {
    DEFAULT: Variant(),
    # Longer subwords are more text in a minute, and a text that was read often is known by heart.
    "characters": Variant({"level": "character", "vocabulary_limit": None}),
    "words": Variant({"level": "word", "vocabulary_limit": None}),
    "subword 300": _subwords(300),
    "subword 600": _subwords(600),
    "subword 2400": _subwords(2400),
    # A run that sees its text a few times has little to forget.
    "dropout 0.2": Variant({"dropout": 0.2}),
    "dropout 0.3": Variant({"dropout": 0.3}),
    "dropout 0.1": Variant({"dropout": 0.1}),
    "dropout 0.4": Variant({"dropout": 0.4}),
    "dropout 0.5": Variant({"dropout": 0.5}),
    # What is dropped of a token's vector is gone for good, above all where the vector is narrow.
    "input dropout 0": Variant(training={"input_dropout": 0.0}),
    "input dropout 0.1": Variant(training={"input_dropout": 0.1}),
    "input dropout 0.2": Variant(training={"input_dropout": 0.2}),
    "input dropout 0.4": Variant(training={"input_dropout": 0.4}),
    # More updates, or more tokens a second.
    "32 x 32": _layout(32, 32),
    "64 x 16": _layout(64, 16),
    "32 x 64": _layout(32, 64),
    "64 x 32": _layout(64, 32),
    "64 x 64": _layout(64, 64),
    "128 x 16": _layout(128, 16),
    "128 x 32": _layout(128, 32),
    "256 x 32": _layout(256, 32),
    "64 x 128": _layout(64, 128),
    "rate 1e-2": Variant({"learning_rate": 1e-2}),
    "rate 3e-3": Variant({"learning_rate": 3e-3}),
    "8 validations": Variant(training={"validations": 8}),
    # A short run cannot wait long for its first hundred steps.
    "warm-up 30": Variant(patches=schedule(cosine, warm_up=30)),
    "warm-up 300": Variant(patches=schedule(cosine, warm_up=300)),
    "frequencies first": Variant(ingredients=(frequencies_first,)),
    # Averages and schedules.
    "averaged 0.98": Variant(ingredients=(averaged(0.98),)),
    "averaged 0.995": Variant(ingredients=(averaged(0.995),)),
    "linear": Variant(patches=schedule(linear)),
    "late linear": Variant(patches=schedule(late_linear)),
    # After a restart the held-out score is worse for long, which is no reason to stop.
    "warm restarts": Variant(training={"patience": 20}, patches=schedule(warm_restarts)),
    # Narrow and fast, or wide.
    "small": Variant({"size": "small"}),
    "tiny": Variant({"size": "tiny"}),
    "1 layer of 512": _network(1, 512),
    "1 layer of 768": _network(1, 768),
    "2 layers of 384": _network(2, 384),
    "2 layers of 640": _network(2, 640),
    # Regularisation; what a short run pays for it a long one may gain.
    "weight drop 0.2": Variant(training={"weight_drop": 0.2}),
    "weight drop 0.3": Variant(training={"weight_drop": 0.3}),
    "weight drop 0.5": Variant(training={"weight_drop": 0.5}),
    "embedding dropout 0.05": Variant(training={"embedding_dropout": 0.05}),
    "token dropout 0": Variant(training={"token_dropout": 0.0}),
    "token dropout 0.05": Variant(training={"token_dropout": 0.05}),
    "token dropout 0.1": Variant(training={"token_dropout": 0.1}),
    "token dropout 0.2": Variant(training={"token_dropout": 0.2}),
    "AR 2, TAR 1": Variant(patches=activation_regularisation(2.0, 1.0)),
    "TAR 1": Variant(patches=activation_regularisation(0.0, 1.0)),
    "weight decay 0": Variant(training={"weight_decay": 0.0}),
    "weight decay 0.1": Variant(training={"weight_decay": 0.1}),
    "weight decay 0.3": Variant(training={"weight_decay": 0.3}),
    # The optimizer.
    "beta2 0.95": Variant(patches=second_moment(0.95)),
    "beta2 0.999": Variant(patches=second_moment(0.999)),
    "clip 0.25": Variant(training={"clip": 0.25}),
    "no resets": Variant(training={"reset": 0.0}),
}


def find(name: str) -> Variant:
    """The variant of this name, or of several names joined by `+`.

    Raises:
        SystemExit: there is none.
    """
    parts = name.split("+")
    for part in parts:
        if part not in VARIANTS:
            raise SystemExit(f"There is no variant {part!r}: choose of {', '.join(VARIANTS)}.")
    return reduce(or_, (VARIANTS[part] for part in parts))
