"""The dialogues a chat model learned from, read again as training read them."""

from collections.abc import Callable, Mapping
from typing import Any

from textgen.corpus.detokenisation import detokenise
from textgen.corpus.dialogue_split import DialogueSplit
from textgen.corpus.dialogue_survey import survey
from textgen.corpus.dialogues import DialogueCorpus
from textgen.corpus.exchanges import DEFAULT_TURNS, Exchanges, Part
from textgen.errors import ConfigurationError


def reread(known: Mapping[str, Any], corpus: DialogueCorpus, part: Part, split: DialogueSplit | None) -> Exchanges:
    """The exchanges of a corpus, made as training made those that a model learned from.

    Args:
        known: what `model.json` says of the training corpus.
        corpus: that one, or another.
        part: which side of the split.
        split: None leaves nothing to hold out.
    """
    normalise: Callable[[str], str] = detokenise if known.get("detokenise") else str
    return Exchanges(corpus, int(known["turns"]), known.get("replies_by"), normalise, part, split)


def training_split(known: Mapping[str, Any], corpus: DialogueCorpus) -> DialogueSplit | None:
    """What training held out of a corpus.

    Args:
        known: what `model.json` says of the training corpus.
        corpus: that one, or another.

    Returns:
        None where training held out nothing of it, or learned from another corpus.

    Raises:
        ConfigurationError: the training corpus is read in another format: other dialogues would be held out.
    """
    if corpus.fingerprint != known.get("fingerprint") or known.get("split") is None:
        return None
    split = DialogueSplit.from_json(known["split"])
    found = count_dialogues(corpus)
    if found != split.dialogues:
        raise ConfigurationError(
            f"This is the corpus the model was trained on, but it was read as {corpus.files[0].format} with "
            f"{sum(found):,} dialogues, and in training it had {sum(split.dialogues):,}: give the --format that "
            "training was given."
        )
    return split


def count_dialogues(corpus: DialogueCorpus) -> tuple[int, ...]:
    """How many dialogues each file has; reads them once."""
    return survey(corpus, DEFAULT_TURNS, None).dialogues
