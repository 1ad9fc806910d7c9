"""How well a model predicts a text: nats, bits per character, perplexity."""

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textgen.corpus.id_store import IdArray, IdStoreWriter, open_ids
from textgen.corpus.script import ScriptStyle
from textgen.corpus.token_grammar import ScriptEncoder
from textgen.errors import CorpusError
from textgen.evaluation.copies import TrainingOverlap
from textgen.evaluation.eval_split import Documents
from textgen.evaluation.generated_samples import Tell, telling_quarters
from textgen.inference.encoder_decoder import EncoderDecoder
from textgen.inference.language_model import LANES, LanguageModel, score_ids
from textgen.tokenizers.base import END, START, TURN, Tokenizer

COMPARED_TOKENS = 20_000
"""How many tokens are scored in a single lane too, which is exact and slow."""

_TELLING_CHARACTERS = 1000
"""A shorter text is predicted well or badly by chance."""

_REPLIES_TOGETHER = 64
"""Replies that are scored side by side."""


@dataclass(frozen=True)
class Scores:
    """How well a model predicts a text.

    Args:
        nats: of all tokens scored, in total: structure, bytes and ends included.
        tokens: how many were scored; the start of a document is given, not predicted.
        characters: Unicode characters of the scored text in the corpus's own style, line ends included.
        words: white-space words of that text.
        line_ends: newline characters of that text.

    Example:
        >>> Scores(nats=80 * math.log(2), tokens=40, characters=40, words=8, line_ends=2).bits_per_character
        2.0
    """

    nats: float
    tokens: int
    characters: int
    words: int
    line_ends: int

    @property
    def bits_per_character(self) -> float:
        """The one figure that compares levels and models."""
        return self.nats / math.log(2) / self.characters

    @property
    def perplexity(self) -> float:
        """Per token; compares models with the same vocabulary."""
        return _exponential(self.nats / self.tokens)

    @property
    def word_perplexity(self) -> float:
        """Per white-space word or line end, as reported for word models."""
        return _exponential(self.nats / (self.words + self.line_ends))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the text, in sentences."""
        found = list[str]()
        if self.characters < _TELLING_CHARACTERS:
            found.append(f"{self.characters:,} characters are too few to judge a model by: score more text.")
        if not math.isfinite(self.word_perplexity) or not math.isfinite(self.perplexity):
            found.append("A perplexity is too large for a number, and is left out: bits per character still compares.")
        return tuple(found)

    def to_json_object(self) -> dict[str, Any]:
        """The figures under the names that `textgen evaluate --json` gives them for models of every kind."""
        return {
            "bits_per_character": self.bits_per_character,
            "perplexity": finite(self.perplexity),
            "word_perplexity": finite(self.word_perplexity),
            "tokens": self.tokens,
            "characters": self.characters,
            "words": self.words,
        }


def finite(number: float) -> float | None:
    """The number, or None for an infinite one, which JSON cannot write."""
    return number if math.isfinite(number) else None


def _exponential(nats: float) -> float:
    """e to the nats; infinite where no number is large enough, as for "words" of a hundred characters."""
    try:
        return math.exp(nats)
    except OverflowError:
        return math.inf


@dataclass
class TextCounts:
    """Characters, white-space words and newlines of a text: what its nats are divided by."""

    characters: int = 0
    words: int = 0
    line_ends: int = 0

    def add(self, text: str) -> None:
        """Counts a piece of text that ends with a line."""
        self.characters += len(text)
        self.words += len(text.split())
        self.line_ends += text.count("\n")


def score_documents(
    model: LanguageModel,
    tokenizer: Tokenizer,
    documents: Documents,
    style: ScriptStyle,
    overlap: TrainingOverlap,
    tell: Tell = lambda text: None,
) -> tuple[Scores, float]:
    """Scores documents; memory does not grow with them.

    Args:
        model: the language model.
        tokenizer: of the model.
        documents: read once.
        style: of their corpus; the characters of the text are counted in it.
        overlap: sees every line.
        tell: is told the progress.

    Returns:
        The scores, and by how many bits per character scoring in many lanes differs from a single one, measured on
        the first 20,000 tokens.

    Raises:
        CorpusError: there is no text.
    """
    with tempfile.TemporaryDirectory(prefix="textgen-") as folder:
        path = Path(folder) / "scored.npy"
        counts = _encode(path, tokenizer, documents, style, overlap)
        if counts.characters == 0:
            raise CorpusError("The corpus was to be scored, but no text was found in it: give a file with lines in it.")
        ids = open_ids(path)
        nats, tokens = score_ids(model, ids, watch=telling_quarters(len(ids), tell, "tokens are scored"))
        tell("Scoring the first of them one after the other, to know what scoring in parallel adds.")
        per_token = lane_difference(model, ids)
        del ids  # some systems cannot remove a file that is mapped
    scores = Scores(nats, tokens, counts.characters, counts.words, counts.line_ends)
    return scores, per_token * tokens / counts.characters / math.log(2)


def lane_difference(model: LanguageModel, ids: IdArray) -> float:
    """Nats a token that scoring in many lanes adds to scoring in a single one, on the first tokens."""
    few = ids[:COMPARED_TOKENS]
    many, tokens = score_ids(model, few, LANES)
    single, _ = score_ids(model, few, 1)
    return (many - single) / tokens


def score_replies(
    network: EncoderDecoder,
    contexts: Sequence[Sequence[int]],
    replies: Sequence[Sequence[int]],
    tell: Tell = lambda text: None,
) -> float:
    """The nats of all replies after their contexts; those of similar length are scored together.

    Args:
        network: of the chat model.
        contexts: ids of each, from START on.
        replies: ids of each, from START on.
        tell: is told the progress.
    """
    watch = telling_quarters(len(replies), tell, "replies are scored")
    order = sorted(range(len(replies)), key=lambda k: (len(replies[k]), len(contexts[k])))
    nats = 0.0
    for begin in range(0, len(order), _REPLIES_TOGETHER):
        part = order[begin : begin + _REPLIES_TOGETHER]
        scores = network.score([contexts[k] for k in part], [replies[k] for k in part])
        nats -= sum(float(score.sum(dtype=np.float64)) for score in scores)
        watch(begin + len(part))
    return nats


def attention_on_message(
    network: EncoderDecoder, contexts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]
) -> float | None:
    """The mean share of attention's weight that lies on the newest turn of the contexts while replies are predicted.

    Args:
        network, contexts, replies: as `score_replies` takes them; empty contexts are left out.

    Returns:
        0 to 1; None for a network without attention, or where no context has a turn.
    """
    shares = list[NDArray[np.float32]]()
    pairs = [pair for pair in zip(contexts, replies, strict=True) if len(pair[0]) > 1]
    for begin in range(0, len(pairs), _REPLIES_TOGETHER):
        read, told = zip(*pairs[begin : begin + _REPLIES_TOGETHER], strict=True)
        for context, weights in zip(read, network.attention(read, told), strict=True):
            ends = [place for place, token in enumerate(context[:-1]) if token in (START, TURN)]
            if weights.size:
                shares.append(weights[:, ends[-1] + 1 :].sum(axis=1))
    return float(np.concatenate(shares).mean()) if shares else None


def _encode(
    path: Path, tokenizer: Tokenizer, documents: Documents, style: ScriptStyle, overlap: TrainingOverlap
) -> TextCounts:
    """Writes the ids of documents to a file, and counts their text."""
    encoder, counts = ScriptEncoder(tokenizer), TextCounts()
    with IdStoreWriter(path, tokenizer.vocabulary_size) as store:
        for document in documents:
            store.append([START])
            for number, scene in enumerate(document):
                store.append(encoder.encode_scene(scene, first_of_document=number == 0))
                counts.add(style.scene_text(scene, first=number == 0))
                overlap.add(line.text for line in scene.lines)
            store.append([END])
    return counts
