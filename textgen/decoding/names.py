"""A trie over spelled names: which id may come next so that one of the names comes out."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from textgen.decoding.pieces import Pieces
from textgen.decoding.protocols import Mask
from textgen.tokenizers.special import NAME_END


class NameTrie:
    """A node: the names that begin with the ids so far.

    Args:
        pieces: of the model's tokenizer.
        names: what is left of each name, in ids; an empty one is complete here.
    """

    def __init__(self, pieces: Pieces, names: Iterable[Sequence[int]]) -> None:
        self._pieces = pieces
        self._rests: dict[int, list[Sequence[int]]] = {}
        self._complete = False
        for name in names:
            if name:
                self._rests.setdefault(name[0], []).append(name[1:])
            else:
                self._complete = True
        self._children: dict[int, NameTrie] = {}

    @cached_property
    def mask(self) -> Mask:
        """Allows the ids that go on with a name, and NAME_END where one is complete."""
        return self._pieces.mask(*self._rests, *[NAME_END] * self._complete)

    def advance(self, token: int) -> "NameTrie | None":
        """The node after one more id; None when no name goes on with it.

        Nodes are made as they are reached: a corpus may have thousands of rare names.
        """
        if token not in self._children and token in self._rests:
            self._children[token] = NameTrie(self._pieces, self._rests[token])
        return self._children.get(token)
