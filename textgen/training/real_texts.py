"""The real texts that a discriminator is trained and tested on: lines of scripts, replies of chats."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textgen.corpus.collection import Corpus, Paths
from textgen.corpus.exchanges import SplitPart, count_dialogues, reread, training_split
from textgen.corpus.id_store import open_ids
from textgen.corpus.reading_options import ReadingOptions
from textgen.corpus.split import (
    DialogueSplit,
    DocumentView,
    Split,
    held_out_documents,
    keep_some,
    split_dialogues,
    training_documents,
)
from textgen.corpus.survey import survey
from textgen.corpus.token_grammar import DialogueEncoder, ScriptEncoder
from textgen.discriminator.metrics import Text
from textgen.discriminator.scorer import line_ids, reply_ids
from textgen.errors import ConfigurationError, TrainingError
from textgen.model_folder import Model, ModelFolder
from textgen.tokenizers.base import END, LINE_END, NAME_END, SCENE, START
from textgen.training.batches import PairStore
from textgen.training.checkpoint import HELD_OUT_IDS, TRAINING_IDS

Context = NDArray[np.integer]
"""Ids from START on. *Shape:* (tokens,)."""


class _Pair(NamedTuple):
    """A context, the reply to it, and the number of the file that they are from."""

    context: Context
    reply: Text
    file: int = 0


@dataclass(frozen=True)
class RealTexts:
    """Texts that people wrote, as ids: lines, or replies with their contexts.

    Args:
        training: texts that the generator learned from, too.
        held_out: texts that it did not learn from.
        corpus: fingerprint of the text.
        training_contexts: of the replies in `training`, in the same order; none for lines.
        held_out_contexts: of the replies in `held_out`.
        training_files: numbers of the corpus's files that the replies in `training` are from, all 0 where that is not
            known; none for lines.
    """

    training: list[Text]
    held_out: list[Text]
    corpus: str | None
    training_contexts: list[Context] = field(default_factory=list)
    held_out_contexts: list[Context] = field(default_factory=list)
    training_files: list[int] = field(default_factory=list)

    def contexts(self, training: int, held_out: int) -> list[Text]:
        """The given number of contexts of each part; if there are fewer, they are repeated."""
        return [
            context.tolist()
            for contexts, count in ((self.training_contexts, training), (self.held_out_contexts, held_out))
            for context in islice(cycle(contexts), count)
        ]


def stored_texts(model: Model, most: int, seed: int) -> RealTexts:
    """The texts that a model's training left in its folder.

    Args:
        model: of either kind.
        most: most texts of each part, drawn at random.
        seed: of the draw.

    Raises:
        TrainingError: the texts are no longer there.
    """
    folder = ModelFolder(model.path).training
    paths = folder / TRAINING_IDS, folder / HELD_OUT_IDS
    if not all(path.is_file() for path in paths):
        raise TrainingError(
            f"The real text was to be taken from {folder}, but what training left there is gone: name the corpus the "
            "model was trained on with --corpus FILE."
        )
    fingerprint = model.card.corpus.get("fingerprint")
    if model.card.kind == "chat":
        training, held_out = (_stored_replies(path, model, most, seed) for path in paths)
        return _of_pairs(training, held_out, fingerprint)
    lines, others = (_stored_lines(path, model, most, seed) for path in paths)
    return RealTexts(lines, others, fingerprint)


def corpus_texts(
    model: Model, paths: Paths, format: str | None, most: int, seed: int, reading: Mapping[str, Any] | None = None
) -> RealTexts:
    """The texts of a corpus; if the model was trained on it, the same part is held out.

    Args:
        model: of either kind; its kind says how the corpus is read.
        paths: of the corpus.
        format: of the corpus; None finds it from its content.
        most: most texts of each part, drawn at random.
        seed: of the draw.
        reading: reading options that differ from those of training, by name.

    Raises:
        ConfigurationError: it is the training corpus, but read in a different way, or no part of it was held out.
        TrainingError: the corpus is too small for a held-out part, or the model's voice says nothing in it.
    """
    options = ReadingOptions.from_json(model.card.corpus.get("reading", {})).replaced(reading or {})
    if model.card.kind == "chat":
        return _corpus_replies(model, Corpus(paths, format, "dialogues", options), most, seed)
    return _corpus_lines(model, Corpus(paths, format, "scripts", options), most, seed)


def _stored_lines(path: Path, model: Model, most: int, seed: int) -> list[Text]:
    ids = open_ids(path, model.tokenizer.vocabulary_size)
    ends = np.flatnonzero(ids == LINE_END) + 1
    begins = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
    lines: list[Text] = []
    for k in np.random.default_rng(seed).permutation(len(ends)):
        line = [token for token in ids[begins[k] : ends[k]].tolist() if token not in (START, END)]
        if line[0] != SCENE and _has_text(line, model.tokenizer.first_piece):
            lines.append(line)
        if len(lines) == most:
            break
    return lines


def _has_text(line: Text, first_piece: int) -> bool:
    """Whether something is said after the speaker's label or name."""
    said = line[line.index(NAME_END) :] if NAME_END in line else line
    return any(token >= first_piece for token in said)


def _stored_replies(path: Path, model: Model, most: int, seed: int) -> list[_Pair]:
    store = PairStore(path, model.tokenizer.vocabulary_size)
    chosen = np.random.default_rng(seed).permutation(len(store))[:most]
    return [_Pair(store.context(int(k)), reply_ids(store.reply(int(k)).tolist())) for k in chosen]


def _corpus_lines(model: Model, corpus: Corpus, most: int, seed: int) -> RealTexts:
    split = _script_split(model, corpus)
    encoder = ScriptEncoder(model.tokenizer)

    def lines(documents: DocumentView) -> list[Text]:
        every = (line for document in documents for scene in document for line in scene.lines if line.text.strip())
        random = np.random.default_rng(seed)
        return [line_ids(encoder, line) for line in keep_some(every, most, lambda n: int(random.integers(n)))]

    return RealTexts(
        lines(training_documents(corpus, split)), lines(held_out_documents(corpus, split)), corpus.fingerprint
    )


def _corpus_replies(model: Model, corpus: Corpus, most: int, seed: int) -> RealTexts:
    split = _chat_split(model, corpus)

    def part(name: SplitPart) -> list[_Pair]:
        random = np.random.default_rng(seed)
        return keep_some(_exchanges(model, corpus, name, split), most, lambda n: int(random.integers(n)))

    training, voice = part("training"), model.card.corpus.get("replies_by")
    if not training and voice is not None:
        raise TrainingError(
            f"Real replies were to be read, but the model learned what {voice} says, and {voice} says nothing in these "
            "dialogues: name others with --corpus."
        )
    return _of_pairs(training, part("held out"), corpus.fingerprint)


def _exchanges(model: Model, corpus: Corpus, part: SplitPart, split: DialogueSplit) -> Iterator[_Pair]:
    """The exchanges that training would take."""
    known = model.card.corpus
    encoder = DialogueEncoder(model.tokenizer, int(known["longest_context"]))
    for file, exchange in reread(known, corpus, part, split).with_files():
        reply = encoder.encode_reply(exchange.reply)
        if len(reply) - 1 <= int(known["longest_reply"]):
            yield _Pair(np.array(encoder.encode_context(exchange.context)), reply_ids(reply), file)


def _of_pairs(training: list[_Pair], held_out: list[_Pair], corpus: str | None) -> RealTexts:
    return RealTexts(
        [pair.reply for pair in training],
        [pair.reply for pair in held_out],
        corpus,
        [pair.context for pair in training],
        [pair.context for pair in held_out],
        [pair.file for pair in training],
    )


def _script_split(model: Model, corpus: Corpus) -> Split:
    known, counts = model.card.corpus, survey(corpus)
    if known.get("split") is not None and corpus.fingerprint == known.get("fingerprint"):
        split = Split.from_json(known["split"])
        if split.total != counts.characters or known.get("style") != corpus.style.to_json():
            raise ConfigurationError(
                f"This is the corpus the model was trained on, but it was read as {corpus.files[0].format}, and so the "
                "part that was held out cannot be found in it: give the --format that training was given."
            )
        return split
    _require_other_text(model, corpus.fingerprint, "Real lines", "all of this corpus")
    found = counts.split
    if found is None:
        raise TrainingError("A part of the corpus is to be held out, but it is too small for that: give more text.")
    return found


def _chat_split(model: Model, corpus: Corpus) -> DialogueSplit:
    split = training_split(model.card.corpus, corpus)
    if split is not None:
        return split
    _require_other_text(model, corpus.fingerprint, "Real replies", "all of these dialogues")
    split = split_dialogues(count_dialogues(corpus))
    if split is None:
        raise TrainingError(
            "A part of the dialogues is to be held out, but there are fewer than two of them: give more dialogues."
        )
    return split


def _require_other_text(model: Model, fingerprint: str, texts: str, all_of_it: str) -> None:
    """Refuses the training corpus if no part of it was held out."""
    if fingerprint == model.card.corpus.get("fingerprint"):
        raise ConfigurationError(
            f"{texts} were to be held out, but the model learned from {all_of_it}, because it was given a "
            "--validation text: name that one with --corpus, or leave --corpus out."
        )
