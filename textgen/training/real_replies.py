"""The real replies that a chat model's discriminator learns from and is judged by, and what they reply to."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textgen.corpus.dialogue_encoding import DialogueEncoder
from textgen.corpus.dialogue_split import DialogueSplit, split_dialogues
from textgen.corpus.dialogues import DialogueCorpus
from textgen.corpus.exchanges import Part
from textgen.corpus.learned_dialogues import count_dialogues, reread, training_split
from textgen.corpus.reservoir import keep_some
from textgen.data.pairs import PairStore
from textgen.errors import ConfigurationError, TrainingError
from textgen.judging.matching import Text
from textgen.model_folder import Model
from textgen.text.special import LINE_END
from textgen.training.real_texts import RealTexts, stored_parts

Context = NDArray[np.integer]
"""Ids from START on. *Shape:* (tokens,)."""


@dataclass(frozen=True)
class RealReplies(RealTexts):
    """Replies that people gave, and what they replied to.

    Args:
        training_contexts: of the replies that the model learned from, in their order.
        held_out_contexts: of the others.
    """

    training_contexts: list[Context]
    held_out_contexts: list[Context]

    def contexts(self, training: int, held_out: int) -> list[Text]:
        """So many contexts of either part; where there are not so many, they come again."""
        return [
            context.tolist()
            for contexts, count in ((self.training_contexts, training), (self.held_out_contexts, held_out))
            for context in islice(cycle(contexts), count)
        ]


def stored_replies(model: Model, most: int, seed: int) -> RealReplies:
    """The replies that a chat model's training left in its folder.

    Args:
        model: a chat model.
        most: so many of either part, drawn at random; fewer where there are not so many.
        seed: of the draw.

    Raises:
        TrainingError: they are not there.
    """
    training, held_out = (_stored(path, most, seed) for path in stored_parts(model))
    return _of_parts(training, held_out, model.card.corpus.get("fingerprint"))


def corpus_replies(model: Model, corpus: DialogueCorpus, most: int, seed: int) -> RealReplies:
    """The replies of dialogues; of those the model was trained on, the same are held out.

    Args:
        model: a chat model.
        corpus: the dialogues.
        most: so many of either part, drawn at random; fewer where there are not so many.
        seed: of the draw.

    Raises:
        ConfigurationError: the training corpus is read in another way than in training, or nothing of it was held out.
        TrainingError: there are too few dialogues for a held-out part, or the model's voice says nothing in them.
    """
    split = _split(model, corpus)

    def part(name: Part) -> list[tuple[Context, Text]]:
        random = np.random.default_rng(seed)
        return keep_some(_read(model, corpus, name, split), most, lambda n: int(random.integers(n)))

    training, voice = part("training"), model.card.corpus.get("replies_by")
    if not training and voice is not None:
        raise TrainingError(
            f"Real replies were to be read, but the model learned what {voice} says, and {voice} says nothing in these "
            "dialogues: name others with --corpus."
        )
    return _of_parts(training, part("held out"), corpus.fingerprint)


def _of_parts(
    training: list[tuple[Context, Text]], held_out: list[tuple[Context, Text]], corpus: str | None
) -> RealReplies:
    (contexts, replies), (others, their_replies) = (
        ([pair[0] for pair in part], [pair[1] for pair in part]) for part in (training, held_out)
    )
    return RealReplies(replies, their_replies, corpus, contexts, others)


def _stored(path: Path, most: int, seed: int) -> list[tuple[Context, Text]]:
    store = PairStore(path)
    chosen = np.random.default_rng(seed).permutation(len(store))[:most]
    return [(store.context(int(k)), _as_line(store.reply(int(k)).tolist())) for k in chosen]


def _read(model: Model, corpus: DialogueCorpus, part: Part, split: DialogueSplit) -> Iterator[tuple[Context, Text]]:
    """The exchanges that training would have taken."""
    known = model.card.corpus
    encoder = DialogueEncoder(model.tokenizer, int(known["longest_context"]))
    for exchange in reread(known, corpus, part, split):
        reply = encoder.encode_reply(exchange.reply)
        if len(reply) - 1 <= int(known["longest_reply"]):
            yield np.array(encoder.encode_context(exchange.context)), _as_line(reply)


def _as_line(reply: Text) -> Text:
    """A reply's ids as they are judged: `line_ids` of `reply_line`."""
    return [*reply[1:-1], LINE_END]


def _split(model: Model, corpus: DialogueCorpus) -> DialogueSplit:
    known = model.card.corpus
    split = training_split(known, corpus)
    if split is not None:
        return split
    if corpus.fingerprint == known.get("fingerprint"):
        raise ConfigurationError(
            "Real replies were to be held out, but the model learned from all of these dialogues, because it was given "
            "a --validation text: name that one with --corpus, or leave --corpus out."
        )
    split = split_dialogues(count_dialogues(corpus))
    if split is None:
        raise TrainingError(
            "A part of the dialogues is to be held out, but there are fewer than two of them: give more dialogues."
        )
    return split
