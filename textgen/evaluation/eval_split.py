"""The part of a corpus that is scored: what the model has not seen, where that is known."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line, Scene
from textgen.corpus.exchanges import Exchange, count_dialogues, reread, training_split
from textgen.corpus.split import (
    DialogueSplit,
    Split,
    held_out_documents,
    keep_some,
    split_dialogues,
    training_documents,
)
from textgen.corpus.survey import survey
from textgen.errors import ConfigurationError, CorpusError

SplitName = Literal["held-out", "all"]
Documents = Iterable[Iterable[Scene]]

MOST_LINES = 10_000
"""Real lines that generated ones are compared with at most, so that memory does not grow with the text."""

_NOTHING_HELD_OUT = (
    "--split held-out was asked for, but the model was trained on all of this corpus, because it was given a "
    "--validation text or the corpus was too small to be split: score the validation text instead (--corpus FILE), or "
    "--split all."
)


@dataclass(frozen=True)
class TrainingText:
    """What a model was trained on: the part of a corpus before the split, or all of it."""

    corpus: Corpus
    split: Split | None


@dataclass(frozen=True)
class EvalSplit:
    """The part of a script corpus that is scored.

    Args:
        documents: of this part.
        split: `held-out` or `all`.
        training: the text the model was trained on, where the corpus holds it.
        notes: what a person should know about the choice, in sentences.
    """

    documents: Documents
    split: SplitName
    training: TrainingText | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChatEvalSplit:
    """The part of a corpus of dialogues that is scored.

    Args:
        exchanges: of this part.
        split: `held-out` or `all`.
        is_training_corpus: whether the model was trained on this corpus.
        notes: what a person should know about the choice, in sentences.
    """

    exchanges: Iterable[Exchange]
    split: SplitName
    is_training_corpus: bool
    notes: tuple[str, ...] = ()


def script_eval_split(known: Mapping[str, Any], corpus: Corpus, asked: SplitName | None) -> EvalSplit:
    """Chooses what to score of a corpus of scripts.

    Args:
        known: what `model.json` says of the training corpus.
        corpus: the one to be scored, perhaps the same.
        asked: what the person wants; None for the held-out part of the training corpus, all of another one.

    Raises:
        ConfigurationError: there is no held-out part, or the training corpus is read in another way.
        CorpusError: the corpus is too small for a held-out part.
    """
    saved = _saved_split(known)
    if corpus.fingerprint != known.get("fingerprint"):
        return _of_another(known, corpus, saved, asked)
    _check_reading(known, corpus, saved)
    training = TrainingText(corpus, saved)
    if saved is None and asked == "held-out":
        raise ConfigurationError(_NOTHING_HELD_OUT)
    if saved is None or asked == "all":
        seen = "all of it" if saved is None else "most of it"
        note = (
            f"This is the corpus the model was trained on; it has seen {seen}, so the scores say little about new text."
        )
        return EvalSplit(training_documents(corpus, None), "all", training, (note,))
    return EvalSplit(held_out_documents(corpus, saved), "held-out", training)


def chat_eval_split(known: Mapping[str, Any], corpus: Corpus, asked: SplitName | None) -> ChatEvalSplit:
    """Chooses what to score of a corpus of dialogues.

    Args:
        known: what `model.json` says of the training corpus.
        corpus: the one to be scored, perhaps the same.
        asked: what the person wants; None for the held-out part of the training corpus, all of another one.

    Raises:
        ConfigurationError: there is no held-out part, or the training corpus is read in another way.
        CorpusError: the corpus is too small for a held-out part.
    """
    same = corpus.fingerprint == known.get("fingerprint")
    held_out, notes = training_split(known, corpus), tuple[str, ...]()
    if held_out is None and asked == "held-out":
        if same:
            raise ConfigurationError(_NOTHING_HELD_OUT)
        held_out = _split_anew(corpus)
        notes = (
            f"The model was trained on another corpus ({_files(known)}); the last tenth of each file given was scored.",
        )
    if held_out is not None and asked != "all":
        return ChatEvalSplit(reread(known, corpus, "held out", held_out), "held-out", same, notes)
    note = "This is the corpus the model was trained on, so the scores say little about new dialogues."
    return ChatEvalSplit(reread(known, corpus, "all", None), "all", same, (note,) if same else ())


def draw_lines(documents: Documents, seed: int, most: int = MOST_LINES) -> list[Line]:
    """The lines of a text in random order; where there are too many, a random sample of them.

    Args:
        documents: read once.
        seed: of the draw.
        most: lines to keep.
    """
    draw = random.Random(seed)
    kept = keep_some(lines_of(documents), most, draw.randrange)
    draw.shuffle(kept)
    return kept


def lines_of(documents: Documents) -> Iterable[Line]:
    """The lines of a text in their order."""
    return (line for document in documents for scene in document for line in scene.lines)


def _of_another(known: Mapping[str, Any], corpus: Corpus, saved: Split | None, asked: SplitName | None) -> EvalSplit:
    """The part of a corpus whose bytes are not those of the training corpus."""
    if asked != "held-out":
        return EvalSplit(training_documents(corpus, None), "all", None)
    counts = survey(corpus)
    if saved is not None and saved.total == counts.characters and _is_read_alike(known, corpus):
        note = (
            f"The files differ from those the model was trained on ({_files(known)}), but have the same length: they "
            "were treated as the same text, and split at the same place."
        )
        return EvalSplit(held_out_documents(corpus, saved), "held-out", TrainingText(corpus, saved), (note,))
    own = counts.split
    if own is None:
        raise CorpusError(
            "--split held-out was asked for, but the corpus is too small to be split: use --split all, or more text."
        )
    note = f"The model was trained on another corpus ({_files(known)}); the last tenth of the one given was scored."
    return EvalSplit(held_out_documents(corpus, own), "held-out", None, (note,))


def _split_anew(corpus: Corpus) -> DialogueSplit:
    """A split of a corpus that the model was not trained on."""
    split = split_dialogues(count_dialogues(corpus))
    if split is None:
        raise CorpusError(
            "--split held-out was asked for, but the corpus holds fewer than two dialogues, which is too few to be "
            "split: use --split all, or give more dialogues."
        )
    return split


def _check_reading(known: Mapping[str, Any], corpus: Corpus, saved: Split | None) -> None:
    """Refuses the training corpus read in another format: the split would be at another place."""
    total, expected = survey(corpus).characters, saved.total if saved else known.get("characters")
    if total != expected or not _is_read_alike(known, corpus):
        raise ConfigurationError(
            f"This is the corpus the model was trained on, but it was read as {corpus.files[0].format}, and in "
            "training in another way, so that the part that was held out cannot be found in it: give the --format that "
            "training was given."
        )


def _is_read_alike(known: Mapping[str, Any], corpus: Corpus) -> bool:
    """Whether scenes and lines are found as in training; the number of characters alone does not tell."""
    return known.get("style") == corpus.style.to_json()


def _saved_split(known: Mapping[str, Any]) -> Split | None:
    values = known.get("split")
    return None if values is None else Split.from_json(values)


def _files(known: Mapping[str, Any]) -> str:
    """The names of the training corpus's files."""
    return ", ".join(known.get("files", [])) or "its training corpus"
