"""Scoring documents with a model, with memory that does not grow with them."""

import math
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from textgen.corpus.document import Scene
from textgen.corpus.id_store import IdArray, IdStoreWriter, open_ids
from textgen.corpus.script import ScriptStyle
from textgen.corpus.token_grammar import ScriptEncoder
from textgen.errors import CorpusError
from textgen.evaluation.familiarity import Familiarity
from textgen.evaluation.scores import Scores
from textgen.inference.language_model import LanguageModel
from textgen.inference.scoring import LANES, score_ids
from textgen.tokenizers.base import Tokenizer
from textgen.tokenizers.special import END, START

COMPARED_TOKENS = 20_000
"""How many tokens are scored in a single lane too, which is exact and slow."""

Documents = Iterable[Iterable[Scene]]


@dataclass
class TextCounts:
    """What the tokens of a text are set against: characters, white-space words and newlines of it."""

    characters: int = 0
    words: int = 0
    line_ends: int = 0

    def add(self, text: str) -> None:
        """Counts a piece of text that ends with a line."""
        self.characters += len(text)
        self.words += len(text.split())
        self.line_ends += text.count("\n")


def score_documents(
    model: LanguageModel, tokenizer: Tokenizer, documents: Documents, style: ScriptStyle, familiarity: Familiarity
) -> tuple[Scores, float]:
    """Scores documents.

    Args:
        model: the language model.
        tokenizer: of the model.
        documents: read once.
        style: of their corpus; the characters of the text are counted in it.
        familiarity: sees every line.

    Returns:
        The scores, and by how many bits per character scoring in many lanes differs from a single one, measured on
        the first 20,000 tokens.

    Raises:
        CorpusError: there is no text.
    """
    with tempfile.TemporaryDirectory(prefix="textgen-") as folder:
        path = Path(folder) / "scored.npy"
        counts = _encode(path, tokenizer, documents, style, familiarity)
        if counts.characters == 0:
            raise CorpusError("The corpus was to be scored, but no text was found in it: give a file with lines in it.")
        ids = open_ids(path)
        nats, tokens = score_ids(model, ids)
        per_token = lane_difference(model, ids)
        del ids  # some systems cannot remove a file that is mapped
    scores = Scores(nats, tokens, counts.characters, counts.words, counts.line_ends)
    return scores, per_token * tokens / counts.characters / math.log(2)


def lane_difference(model: LanguageModel, ids: IdArray) -> float:
    """Nats a token that many lanes add to a single one, on the first tokens of a run."""
    few = ids[:COMPARED_TOKENS]
    many, tokens = score_ids(model, few, LANES)
    single, _ = score_ids(model, few, 1)
    return (many - single) / tokens


def _encode(
    path: Path, tokenizer: Tokenizer, documents: Documents, style: ScriptStyle, familiarity: Familiarity
) -> TextCounts:
    encoder, counts = ScriptEncoder(tokenizer), TextCounts()
    with IdStoreWriter(path, tokenizer.vocabulary_size) as store:
        for document in documents:
            store.append([START])
            for number, scene in enumerate(document):
                store.append(encoder.encode_scene(scene, first_of_document=number == 0))
                counts.add(style.scene_text(scene, first=number == 0))
                familiarity.add(line.text for line in scene.lines)
            store.append([END])
    return counts
