"""Whose line is it? The classes of speakers that a discriminator tells apart, and how often it names the right one."""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from textgen.discriminator.calibration import Logits, fit_slope
from textgen.discriminator.metrics import Text
from textgen.model_folder import Model
from textgen.tokenizers.base import FIRST_LABEL, NAME, NAME_END, Tokenizer

FEWEST_LINES = 200
"""Fewest lines of a speaker with a class of its own; with fewer, a voice is hardly learned."""

Voices = NDArray[np.intp]
"""Numbers of classes: that of a speaker's label, or the last one for all others. *Shape:* (texts,)."""


def count_voices(speakers: Sequence[str], lines: Mapping[str, int]) -> int:
    """The number of classes: each speaker with enough lines, and all others together.

    Args:
        speakers: those with a label, the one with most lines first.
        lines: of each speaker of the corpus.

    Returns:
        0 where nobody has enough lines, or only one person speaks.
    """
    own = sum(1 for _ in takewhile(lambda name: lines.get(name, 0) >= FEWEST_LINES, speakers))
    return own + 1 if own and len(lines) > 1 else 0


def voices_of(model: Model) -> int:
    """The number of classes of a script model's speakers; 0 where there are none to tell apart."""
    return count_voices(model.tokenizer.speakers, model.card.corpus.get("speakers", {}))


class SpokenText(NamedTuple):
    """The ids of a line without its speaker, and the class of its speaker.

    Args:
        text: LINE_END included.
        voice: number of the class.
    """

    text: Text
    voice: int


def spoken(line: Text, speakers: int, voices: int) -> SpokenText:
    """Takes the speaker from a line: who reads it shall have to listen.

    Args:
        line: ids, as `line_ids` gives them.
        speakers: number of labels.
        voices: number of classes.
    """
    label, others = line[0] - FIRST_LABEL, voices - 1
    if 0 <= label < speakers:
        return SpokenText(line[1:], min(label, others))
    named = line[0] == NAME and NAME_END in line
    return SpokenText(line[list(line).index(NAME_END) + 1 :] if named else line, others)


def voice_of(speaker: str | None, tokenizer: Tokenizer, voices: int) -> int:
    """The class of a speaker, who need not be known."""
    label = None if speaker is None else tokenizer.label_id(speaker)
    return voices - 1 if label is None else min(label - FIRST_LABEL, voices - 1)


def voice_shares(voices: Voices, classes: int) -> NDArray[np.float64]:
    """The share of lines that each class has, none of them 0: one line more is counted for each.

    Args:
        voices: classes of lines.
        classes: number of all.
    """
    counts = np.bincount(voices, minlength=classes) + 1.0
    return np.asarray(counts / counts.sum())


def voice_log_probabilities(logits: Logits, temperature: float) -> NDArray[np.float64]:
    """How likely real lines are to be each class's.

    Args:
        logits: of the classes. *Shape:* (texts, classes).
        temperature: they are divided by it.

    Returns:
        In nats. *Shape:* (texts, classes).
    """
    scaled = np.asarray(logits, np.float64) / temperature
    return np.asarray(scaled - np.logaddexp.reduce(scaled, axis=-1, keepdims=True))


def voice_cross_entropy(logits: Logits, voices: Voices) -> float:
    """Mean cross-entropy of the classes of real lines, in nats a line."""
    return float(-voice_log_probabilities(logits, 1.0)[np.arange(len(voices)), voices].mean())


def fit_voice_temperature(logits: Logits, voices: Voices) -> float:
    """The temperature of the least `voice_cross_entropy`, from 0.05 to 20; the lines were not learned from."""
    right = logits[np.arange(len(voices)), voices]

    def slope(temperature: float) -> float:
        expected = (np.exp(voice_log_probabilities(logits, temperature)) * logits).sum(axis=-1)
        return float(np.mean(expected - right))

    return fit_slope(slope)


class VoiceClassifier(Protocol):
    """A discriminator that knows speakers."""

    def class_logits(self, texts: Sequence[Text], /) -> NDArray[np.floating]:
        """Logits of the classes. *Shape:* (texts, classes)."""


def voices_named(network: VoiceClassifier, lines: Sequence[SpokenText]) -> float:
    """The share of real lines of which the likeliest class is the right one."""
    logits = network.class_logits([line.text for line in lines])
    return float((logits.argmax(axis=-1) == [line.voice for line in lines]).mean())


def voice_metrics(
    network: VoiceClassifier, shares: Sequence[float], names: Sequence[str], unseen: Sequence[SpokenText]
) -> dict[str, Any]:
    """Measures how well a discriminator knows the speakers of lines that neither it nor the model learned from.

    Args:
        network: the discriminator.
        shares: of the classes among the lines it learned from; the largest is the majority guess.
        names: of the classes but the last.
        unseen: real lines of any length.

    Returns:
        `accuracy` of the discriminator and of the `majority` guess, the number of `lines`, the `names` and the name of
        the `majority_class`, None for all others together.
    """
    most = int(np.argmax(shares))
    return {
        "accuracy": {
            "discriminator": voices_named(network, unseen),
            "majority": float(np.mean([line.voice == most for line in unseen])),
        },
        "lines": len(unseen),
        "names": list(names),
        "majority_class": names[most] if most < len(names) else None,
    }
