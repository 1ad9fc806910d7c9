"""Which tokens a network has learned to treat alike: neighbours by the cosine of their embeddings."""

from typing import Any, NamedTuple

import numpy as np

from textgen.errors import ConfigurationError
from textgen.explanation.tokens import require_some, token_text
from textgen.generation.chat_model import ChatModel
from textgen.generation.script_model import ScriptModel


class Neighbour(NamedTuple):
    """A token near another one.

    Args:
        text: as it is shown.
        id: in the vocabulary.
        similarity: cosine of the two embeddings, from -1 to 1.
    """

    text: str
    id: int
    similarity: float


class Neighbours(NamedTuple):
    """A token and those nearest to it.

    Args:
        token: as it is shown.
        id: in the vocabulary.
        neighbours: the nearest first.
    """

    token: str
    id: int
    neighbours: tuple[Neighbour, ...]

    def to_json_object(self) -> dict[str, Any]:
        """As plain values."""
        return {**self._asdict(), "neighbours": [one._asdict() for one in self.neighbours]}


def neighbours(model: ScriptModel | ChatModel, token: str | int, n: int = 10) -> Neighbours:
    """The tokens whose embeddings point most nearly the same way as that of a token.

    Args:
        model: whose embedding.
        token: its id, or the name of a speaker, or a text that is a single token, after a space or by itself.
        n: how many.

    Raises:
        ConfigurationError: there is no such token.
    """
    require_some("neighbours", n)
    id, embedding = _id(model, token), model.network.embedding
    lengths = np.linalg.norm(embedding, axis=1)
    similarities = embedding @ embedding[id] / np.maximum(lengths * lengths[id], np.finfo(np.float32).tiny)
    nearest = [other for other in np.argsort(-similarities, kind="stable")[: n + 1].tolist() if other != id][:n]
    found = (Neighbour(token_text(model.tokenizer, other), other, float(similarities[other])) for other in nearest)
    return Neighbours(token_text(model.tokenizer, id), id, tuple(found))


def _id(model: ScriptModel | ChatModel, token: str | int) -> int:
    tokenizer = model.tokenizer
    if not isinstance(token, str | int) or isinstance(token, bool):
        raise ConfigurationError(
            f"The neighbours of {token!r} were asked for; it must be a token's number or a text: give one."
        )
    if isinstance(token, int):
        if not 0 <= token < tokenizer.vocabulary_size:
            raise ConfigurationError(
                f"The neighbours of token {token} were asked for, but the model has the tokens 0 to "
                f"{tokenizer.vocabulary_size - 1}: choose one of them, or give a text."
            )
        return token
    if labels := tokenizer.label_ids(token.removesuffix(":")):
        return labels[0]
    text = model.normalisation.apply(token)
    spelled = tokenizer.encode(text)
    after_space = tokenizer.encode(f" {text}") if text[:1].strip() else spelled  # where most words stand
    for ids in (after_space, spelled):
        if len(ids) == 1:
            return ids[0]
    shown = " ".join(repr(token_text(tokenizer, id)) for id in spelled) or "as nothing"
    raise ConfigurationError(
        f"The neighbours of {token!r} were asked for, but it is no single token of this model, which spells "
        f"it {shown}: choose one of these, or another word."
    )
