"""Which part of a corpus is to be scored: what the model has not seen, where that is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from textgen.corpus.collection import ScriptCorpus
from textgen.corpus.scene import Scene
from textgen.corpus.split import Split, find_split, held_out_documents, training_documents
from textgen.corpus.survey import survey
from textgen.errors import ConfigurationError, CorpusError

SplitName = Literal["held-out", "all"]


@dataclass(frozen=True)
class TrainingText:
    """What a model was trained on: the part of a corpus before the split, or all of it."""

    corpus: ScriptCorpus
    split: Split | None


@dataclass(frozen=True)
class Part:
    """The part of a corpus that is scored.

    Args:
        documents: of this part.
        split: `held-out` or `all`.
        training: the text the model was trained on, where the corpus holds it.
        notes: what a person should know about the choice, in sentences.
    """

    documents: Iterable[Iterable[Scene]]
    split: SplitName
    training: TrainingText | None
    notes: tuple[str, ...] = ()


def choose_part(known: dict[str, Any], corpus: ScriptCorpus, asked: SplitName | None) -> Part:
    """Chooses what to score.

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
        raise ConfigurationError(
            "--split held-out was asked for, but the model was trained on all of this corpus, because it was given a "
            "--validation text or the corpus was too small to be split: score the validation text instead "
            "(--corpus FILE), or --split all."
        )
    if saved is None or asked == "all":
        seen = "all of it" if saved is None else "most of it"
        note = (
            f"This is the corpus the model was trained on; it has seen {seen}, so the scores say little about new text."
        )
        return Part(training_documents(corpus, None), "all", training, (note,))
    return Part(held_out_documents(corpus, saved), "held-out", training)


def _of_another(known: dict[str, Any], corpus: ScriptCorpus, saved: Split | None, asked: SplitName | None) -> Part:
    """The part of a corpus whose bytes are not those of the training corpus."""
    if asked != "held-out":
        return Part(training_documents(corpus, None), "all", None)
    files = ", ".join(known.get("files", [])) or "its training corpus"
    total = survey(corpus).characters
    if saved is not None and saved.total == total and _is_read_alike(known, corpus):
        note = (
            f"The files differ from those the model was trained on ({files}), but are as long: they were taken for the "
            "same text, and split where it was."
        )
        return Part(held_out_documents(corpus, saved), "held-out", TrainingText(corpus, saved), (note,))
    own = find_split(corpus, total)
    if own is None:
        raise CorpusError(
            "--split held-out was asked for, but the corpus is too small to be split: use --split all, or more text."
        )
    note = f"The model was trained on another corpus ({files}); the last tenth of the one given was scored."
    return Part(held_out_documents(corpus, own), "held-out", None, (note,))


def _check_reading(known: dict[str, Any], corpus: ScriptCorpus, saved: Split | None) -> None:
    """Refuses the training corpus read in another format: the split would be at another place."""
    total, expected = survey(corpus).characters, saved.total if saved else known.get("characters")
    if total != expected or not _is_read_alike(known, corpus):
        raise ConfigurationError(
            f"This is the corpus the model was trained on, but it was read as {corpus.files[0].format}, and in "
            "training in another way, so that the part that was held out cannot be found in it: give the --format that "
            "training was given."
        )


def _is_read_alike(known: dict[str, Any], corpus: ScriptCorpus) -> bool:
    """Whether scenes and lines are told apart as in training; the characters may be as many all the same."""
    return known.get("style") == corpus.style.to_json()


def _saved_split(known: dict[str, Any]) -> Split | None:
    values = known.get("split")
    return None if values is None else Split.from_json(values)
