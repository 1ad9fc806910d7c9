"""Held-out contexts that a chatbot in training is asked to answer, for people to read."""

from itertools import groupby

import numpy as np

from textgen.data.pairs import PairStore
from textgen.model_folder import Model, ModelFolder
from textgen.text.special import START, TURN
from textgen.training.run_record import HELD_OUT_IDS, TRAINING_IDS

_TALKS = 4


def held_out_talks(model: Model) -> list[list[str]]:
    """The turns of a few contexts, evenly spread over the held-out exchanges (the training ones where none are).

    Args:
        model: in whose folder the run's exchanges lie.
    """
    folder = ModelFolder(model.path).training
    store = PairStore(folder / HELD_OUT_IDS)
    if not len(store):
        store = PairStore(folder / TRAINING_IDS)
    chosen = np.unique(np.linspace(0, len(store) - 1, _TALKS).astype(int))
    talks = [_turns(model, store.context(int(k)).tolist()) for k in chosen]
    return [turns for turns in talks if turns]


def _turns(model: Model, context: list[int]) -> list[str]:
    runs = groupby((token for token in context if token != START), key=lambda token: token == TURN)
    return [model.tokenizer.decode(ids) for is_end, ids in runs if not is_end]
