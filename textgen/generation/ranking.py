"""Ranks replies by mutual information, length, repetition and realism, and lines of scripts by realism and voice.

The likeliest replies to almost anything are dull ones. Li et al. (2016) subtract how likely the beginning of a reply
is without any message ("anti-language model"), so that what fits this message wins over what fits every message.

A discriminator's log-odds are the logarithm of how much likelier a reply is among real ones to this message than among
wrong ones (Goodfellow et al. 2014). Added to the model's log-probability they give that of a better model (Deng et al.
2020, "Residual energy-based models for text generation"), so they have the same weight as the likelihood and, like it,
are divided by the number of tokens.

All parts are in nats a token, so that one set of constants serves words, subwords and characters, and models that are
sure of themselves as well as those that are not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from textgen.corpus.document import Line
from textgen.corpus.script import ScriptStyle
from textgen.corpus.token_parser import decode_script
from textgen.decoding.constraints.base import Pieces
from textgen.decoding.options import TABLE, DecodingOptions
from textgen.decoding.protocols import GeneratedSequence
from textgen.discriminator.calibration import sigmoid
from textgen.discriminator.scorer import Scorer, page_log_odds
from textgen.errors import ConfigurationError
from textgen.generation.conversation import Reply
from textgen.tokenizers.base import LINE_END, START, Tokenizer

ANTI = 0.3
"""Weight of what a reply's beginning scores without a message. At 1 any odd beginning would win."""

FIRST_WORDS = 5
"""Words of that beginning. Only where a reply begins does the model choose what to talk about; further on this term
would favour bad grammar."""

LENGTH = 0.5
"""What a reply of `LONG_ENOUGH` words gains for its length: very short replies fit everything."""

LONG_ENOUGH = 8
"""Words at which a reply has gained all it can for its length."""

REPETITION = 3.0
"""What a reply loses if it is all repetition, of itself or of the last replies: too much to make up for."""

MOST_REALNESS = 1.0
"""The most that a discriminator may add or subtract, in nats a token. Without a limit it would decide alone about
replies of a word or two, and the difference between its best and worst score must stay below `REPETITION`."""

_RUN, _ECHO = 2, 3  # words in a row: the same two again is a stutter, the same three as before are an echo
_WORD = re.compile(r"\w+")


_PARTS = ("likelihood", "novelty", "length", "repetition", "realness")


@dataclass(frozen=True)
class Candidate:
    """A reply that may be chosen. The parts, weights included, add up to the score.

    Args:
        reply: the text.
        likelihood: log-probability of the reply given the conversation.
        novelty: how unlikely its beginning is without the conversation; 0 where that is not known.
        length: what it gets for its length.
        repetition: what it loses for repeating itself or the last replies; 0 or below.
        realness: what it gets for reading as if a person had answered so; 0 where no discriminator is used.
    """

    reply: Reply
    likelihood: float
    novelty: float
    length: float
    repetition: float
    realness: float = 0.0

    @property
    def parts(self) -> dict[str, float]:
        """The parts of the score by name."""
        return {name: getattr(self, name) for name in _PARTS}

    @property
    def score(self) -> float:
        """How good it is, higher being better, in nats a token."""
        return sum(self.parts.values())


def candidate(
    reply: Reply,
    sequence: GeneratedSequence,
    familiarity: float,
    said: Sequence[str],
    log_odds: float = 0.0,
    dullness_penalty: float = 1.0,
) -> Candidate:
    """A reply with the parts of its score.

    Args:
        reply: the text.
        sequence: as it was decoded.
        familiarity: log-probability of its beginning without the conversation, in nats a token; 0 where not known.
        said: the last replies.
        log_odds: of being real, by the discriminator; 0 where none is used.
        dullness_penalty: how much novelty and length count; 0 leaves both out.
    """
    tokens = len(sequence.ids)
    return Candidate(
        reply,
        likelihood=sequence.log_probability / tokens,
        novelty=-ANTI * dullness_penalty * familiarity,
        length=LENGTH * dullness_penalty * min(1.0, len(reply.split()) / LONG_ENOUGH),
        repetition=-REPETITION * repetition(reply, said),
        realness=max(-MOST_REALNESS, min(log_odds / tokens, MOST_REALNESS)),
    )


def beginning(ids: Sequence[int], pieces: Pieces) -> tuple[int, ...]:
    """The ids of the first words of a reply."""
    words = pieces.ending_word[list(ids)].cumsum()
    return tuple(ids[: max(1, int(words.searchsorted(FIRST_WORDS)))])


def repetition(text: str, said: Sequence[str]) -> float:
    """How much of a text was said before.

    Returns:
        The share of its runs of two words that occur in it before, and the share of its runs of three words that occur
        in one of the last replies, together at most 1. A shorter text is one run.

    Example:
        >>> repetition("no no no no", []), repetition("Good morning.", ["good morning!"])
        (0.6666666666666667, 1.0)
    """
    pairs, runs = _runs(text, _RUN), _runs(text, _ECHO)
    before = {run for reply in said for run in _runs(reply, _ECHO)}
    again = 1 - len(set(pairs)) / len(pairs)
    return min(1.0, again + sum(run in before for run in runs) / len(runs))


def _runs(text: str, length: int) -> list[tuple[str, ...]]:
    words = _WORD.findall(text.casefold()) or [text]
    return [tuple(words[k : k + length]) for k in range(max(1, len(words) - length + 1))]


class Voice(NamedTuple):
    """A speaker that a line may be by.

    Args:
        speaker: the name; None stands for all speakers together that have few lines, or none of their own.
        probability: that the line is theirs, if it is real, 0 to 1.
    """

    speaker: str | None
    probability: float


class JudgedLine(NamedTuple):
    """A line, how likely it is to be a real one, and whose it sounds like.

    Args:
        line: as it was read.
        reads_as_real: probability, 0 to 1.
        sounds_like: the likeliest speaker by the text alone; None where the judge knows no speakers.
    """

    line: Line
    reads_as_real: float
    sounds_like: Voice | None = None


class JudgedText(NamedTuple):
    """A text, line by line and as a whole.

    Args:
        lines: those with text in them.
        reads_as_real: probability at the mean of the lines' log-odds, 0 to 1; None where there are no lines.
    """

    lines: list[JudgedLine]
    reads_as_real: float | None


def check_rerank(rerank: int, options: DecodingOptions) -> None:
    """Refuses a number of candidates that does not fit the other options.

    Raises:
        ConfigurationError: names what was asked for and what is allowed.
    """
    asked = f"rerank={rerank!r} was asked for"
    values = TABLE["rerank"].values_for("writing")
    if not values.fits(rerank):
        raise ConfigurationError(f"{asked}, but it must be {values.allowed}: give one.")
    if rerank > 1 and options.greedy:
        beams = options.num_beams > 1
        how = f"num_beams={options.num_beams}" if beams else "temperature=0"
        raise ConfigurationError(
            f"{asked} with {how}, which draws nothing, so that there is only one candidate: "
            f"{'leave num_beams out' if beams else 'give a temperature above 0'}, or leave rerank out."
        )


class LineJudge:
    """Chooses each line of a script among candidates: by how real it reads, and by how well it suits its speaker.

    Args:
        judge: the model's discriminator.
        tokenizer: the model's.
        style: of the scripts.
        candidates: how many there are for each line.
    """

    def __init__(self, judge: Scorer, tokenizer: Tokenizer, style: ScriptStyle, candidates: int) -> None:
        self._judge, self._tokenizer, self._style, self.candidates = judge, tokenizer, style, candidates

    def choose(self, context: Sequence[int], candidates: Sequence[GeneratedSequence]) -> int:
        """The number of the best candidate for a line.

        Whether the text ends here is the first one's choice: an end cannot be judged. Lines in which nothing is said,
        and those that copy the corpus although they should not, are taken only where there are no others.

        Args:
            context: ids before the line; its beginning may be among them.
            candidates: for the rest of it.
        """
        opened = context[max(k for k, token in enumerate(context) if token in (START, LINE_END)) + 1 :]
        found = [decode_script([*opened, *one.ids], self._tokenizer, self._style).lines for one in candidates]
        spoken = {number: lines[-1] for number, lines in enumerate(found) if lines and lines[-1].text.strip()}
        if not found[0] or not spoken:
            return 0
        scores = zip(spoken, self._judge.in_character(list(spoken.values())), strict=True)
        return max(scores, key=lambda one: (not candidates[one[0]].relaxed, one[1], -one[0]))[0]

    def reads_as_real(self, lines: Sequence[Line]) -> float | None:
        """How likely lines are to be real ones, 0 to 1; None where nothing is said."""
        return judge_lines(lines, self._judge).reads_as_real


def judge_lines(lines: Sequence[Line], judge: Scorer, message: str = "") -> JudgedText:
    """How real the lines read, one by one and together, and whose they are; lines without text are left out.

    Args:
        lines: to be judged.
        judge: of the model.
        message: what each of them answers; an empty one judges them by themselves.
    """
    said = [line for line in lines if line.text.strip()]
    log_odds = judge.lines(said, message)
    voices = _likeliest_voices(said, judge)
    judged = [JudgedLine(*one) for one in zip(said, sigmoid(log_odds).tolist(), voices, strict=True)]
    return JudgedText(judged, float(sigmoid(page_log_odds(log_odds))) if said else None)


def _likeliest_voices(lines: Sequence[Line], judge: Scorer) -> list[Voice] | list[None]:
    if not judge.voices:
        return [None] * len(lines)
    names = (*judge.voices, None)
    found = judge.voice_log_probabilities(lines)
    return [Voice(names[k], float(np.exp(row[k]))) for row, k in zip(found, found.argmax(axis=-1), strict=True)]
