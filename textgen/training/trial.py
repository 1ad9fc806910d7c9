"""Whether a starter knows the language of a corpus: it predicts a little of it, and nothing is trained."""

import math
from collections import Counter
from collections.abc import Iterable
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textgen.corpus.document import Scene
from textgen.corpus.exchanges import Exchange
from textgen.corpus.token_grammar import DialogueEncoder, ScriptEncoder
from textgen.inference.encoder_decoder import EncoderDecoder
from textgen.inference.language_model import LanguageModel, lay_out
from textgen.model_folder import Model
from textgen.tokenizers.base import START, Tokenizer

_CHARACTERS = 1_000_000
"""How much of the corpus the places that are scored are spread over."""

_LANES, _TOKENS, _WARM_UP = 32, 2048, 16
_EXCHANGES, _SCORED_EXCHANGES = 3000, 96
"""How many exchanges at the beginning of dialogues the scored ones are spread over."""

_MARGIN = 0.85


class Trial(NamedTuple):
    """What a starter predicts of a corpus.

    What it has to spell in bytes, such as pictograms, says nothing about the language, and words of the corpus may join
    its vocabulary: there it is taken to need as many bits as counting does.

    Args:
        name: of the starter.
        bits: bits per character of speech that it needs.
        counted: bits per character that counting the pairs of letters of the same text needs, which knows no language.
    """

    name: str
    bits: float
    counted: float

    def describe(self) -> str:
        """A line for people."""
        judged = f"{self.bits:.2f} bits a character before any training, where counting pairs needs {self.counted:.2f}"
        if self.helps:
            return f"from      {self.name}, which predicts this corpus with {judged} (--from none starts afresh)"
        return f"from      nothing: {self.name} would need {judged}"

    @property
    def helps(self) -> bool:
        """Whether the starter knows the language."""
        return self.bits < _MARGIN * self.counted


def tried(name: str, starter: Model, scenes: Iterable[Scene]) -> Trial | None:
    """Scores a fixed number of tokens of scripts, spread evenly over the beginning of a corpus.

    Args:
        name: of the starter.
        starter: with the labels of the corpus.
        scenes: of the corpus; read as far as needed.

    Returns:
        None where there is no text to score.
    """
    tokenizer, ids, characters = starter.tokenizer, [START], 0
    encoder = ScriptEncoder(tokenizer)
    for number, scene in enumerate(scenes):
        ids += encoder.encode_scene(scene, first_of_document=number == 0)
        characters += sum(len(line.text) for line in scene.lines)
        if characters >= _CHARACTERS:
            break
    lanes = lay_out(np.array(ids), _LANES, _WARM_UP, _TOKENS)
    is_text = (lanes.targets >= tokenizer.first_piece) & (lanes.scored > 0)
    if not is_text.any():
        return None
    model = LanguageModel(starter.card.architecture, starter.weights)  # type: ignore[arg-type]
    scores, _ = model.score(lanes.inputs, lanes.targets, lanes.keep, model.initial_state(lanes.inputs.shape[1]))
    return _judged(name, tokenizer, lanes.targets.T[is_text.T], scores.T[is_text.T])


def tried_in_chat(name: str, starter: Model, exchanges: Iterable[Exchange], longest: int) -> Trial | None:
    """Scores a fixed number of replies, spread evenly over the beginning of dialogues.

    Args:
        name: of the starter.
        starter: a chat model.
        exchanges: of the dialogues; read as far as needed.
        longest: most ids in a context.

    Returns:
        None where there is no reply to score.
    """
    encoder, first = DialogueEncoder(starter.tokenizer, longest), list(islice(exchanges, _EXCHANGES))
    if not first:
        return None
    scored = [first[place] for place in np.unique(np.linspace(0, len(first) - 1, _SCORED_EXCHANGES).astype(int))]
    model = EncoderDecoder(starter.card.architecture, starter.weights)  # type: ignore[arg-type]
    contexts = [encoder.encode_context(one.context) for one in scored]
    replies = [encoder.encode_reply(one.reply) for one in scored]
    scores = model.score(contexts, replies)
    ids = np.concatenate([reply[1:-1] for reply in replies])
    return _judged(name, starter.tokenizer, ids, np.concatenate([score[:-1] for score in scores]))


def _judged(name: str, tokenizer: Tokenizer, ids: NDArray[np.integer], scores: NDArray[np.floating]) -> Trial:
    """The trial by the ids of a text and their log-probabilities in nats."""
    in_pieces = ids < tokenizer.first_byte
    text, known = tokenizer.decode(ids.tolist()), tokenizer.decode(ids[in_pieces].tolist())
    counted = _counted(text)
    bits = -float(scores[in_pieces].sum(dtype=np.float64)) / math.log(2) + counted - _counted(known)
    return Trial(name, bits / len(text), counted / len(text))


def _counted(text: str) -> float:
    """Bits that a text needs if each character is predicted from the pairs of characters counted before it."""
    pairs, firsts, alphabet, bits = Counter[str](), Counter[str](), len(set(text)), 0.0
    for first, second in pairwise(" " + text):
        bits -= math.log2((pairs[first + second] + 0.1) / (firsts[first] + 0.1 * alphabet))
        pairs[first + second] += 1
        firsts[first] += 1
    return bits
