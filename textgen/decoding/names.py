"""A trie over spelled names: which id may come next so that one of the names comes out."""

from collections.abc import Iterable, Sequence

from textgen.decoding.pieces import Pieces
from textgen.decoding.protocols import Mask
from textgen.text.special import NAME_END


class NameTrie:
    """A node: the names that begin with the ids so far.

    Args:
        pieces: of the model's tokenizer.
        names: what is left of each name, in ids; an empty one is complete here.
    """

    def __init__(self, pieces: Pieces, names: Iterable[Sequence[int]]) -> None:
        rests: dict[int, list[Sequence[int]]] = {}
        complete = []
        for name in names:
            if name:
                rests.setdefault(name[0], []).append(name[1:])
            else:
                complete.append(NAME_END)
        self.mask: Mask = pieces.mask(*rests, *complete)
        self._children = {token: NameTrie(pieces, rest) for token, rest in rests.items()}

    def advance(self, token: int) -> "NameTrie | None":
        """The node after one more id; None when no name goes on with it."""
        return self._children.get(token)
