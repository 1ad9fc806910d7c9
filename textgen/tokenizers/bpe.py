"""Byte-pair encoding (Sennrich et al. 2016) over bytes: learning merges, and applying them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush

from textgen.errors import MissingExtraError
from textgen.tokenizers.base import BYTES
from textgen.tokenizers.pretokens import SEEN_ENOUGH
from textgen.wording import to_install

_GONE = -1
_LONGEST_PIECE = 1024


class MergeTable:
    """Merges in learned order; the earliest one that applies is applied first.

    Args:
        merges: pairs of indices; a merge may use bytes and what earlier merges made.

    Raises:
        ValueError: a merge uses an index that no earlier merge has made, comes twice, or makes
            a piece longer than any pretoken.

    Example:
        >>> table = MergeTable([(104, 105), (256, 33)])
        >>> table.pieces[256:]
        [b'hi', b'hi!']
        >>> table.apply(b"hi!hi")
        [257, 256]
    """

    def __init__(self, merges: Iterable[tuple[int, int]]) -> None:
        self.pieces = [bytes([value]) for value in range(256)]
        self._results: dict[tuple[int, int], tuple[int, int]] = {}
        known = {piece: index for index, piece in enumerate(self.pieces)}
        for rank, (left, right) in enumerate(merges):
            if not (0 <= left < len(self.pieces) and 0 <= right < len(self.pieces)):
                raise ValueError(f"merge {rank} uses an index that no earlier merge has made")
            if (left, right) in self._results:
                raise ValueError(f"merge {rank} comes twice")
            piece = self.pieces[left] + self.pieces[right]
            if len(piece) > _LONGEST_PIECE:
                raise ValueError(f"merge {rank} makes a piece longer than {_LONGEST_PIECE} bytes")
            # Two pairs can make the same string; it is one piece then, whichever way it was put together.
            index = known.setdefault(piece, len(self.pieces))
            if index == len(self.pieces):
                self.pieces.append(piece)
            self._results[left, right] = (rank, index)

    @property
    def merges(self) -> list[tuple[int, int]]:
        """The merges in learned order."""
        return list(self._results)

    def apply(self, data: bytes) -> list[int]:
        """Merge the bytes of one pretoken, always the earliest learned pair, the leftmost first.

        Returns:
            Indices whose pieces joined are the data.
        """
        parts = list(data)
        following = list(range(1, len(parts) + 1))
        preceding = list(range(-1, len(parts) - 1))
        waiting: list[tuple[int, int, int]] = []
        for position in range(len(parts) - 1):
            self._offer(waiting, parts, position, position + 1)
        heapify(waiting)
        while waiting:
            _, left, result = heappop(waiting)
            right = following[left]
            if not self._still(parts, left, right, result):
                continue
            parts[left], parts[right] = result, _GONE
            after = following[left] = following[right]
            if after < len(parts):
                preceding[after] = left
                self._offer(waiting, parts, left, after)
            if preceding[left] >= 0:
                self._offer(waiting, parts, preceding[left], left)
        return [part for part in parts if part != _GONE]

    def _offer(self, waiting: list[tuple[int, int, int]], parts: list[int], left: int, right: int) -> None:
        found = self._results.get((parts[left], parts[right]))
        if found is not None:
            heappush(waiting, (found[0], left, found[1]))

    def _still(self, parts: list[int], left: int, right: int, result: int) -> bool:
        """Say whether the pair is as it was when it was put in the queue."""
        if parts[left] == _GONE or right >= len(parts):
            return False
        found = self._results.get((parts[left], parts[right]))
        return found is not None and found[1] == result


_SEPARATOR = "\x00"
_BATCH = 1000
# The library takes no counts, so each pretoken is repeated as often as it was seen; large corpora are scaled down.
_MOST_FED = 20_000_000
_FIRST_SHOWN = 0xE000  # no character of the byte alphabet lies behind it


def learn_merges(
    counts: Mapping[str, int], limit: int, known: Sequence[tuple[int, int]] = (), least: int = SEEN_ENOUGH
) -> list[tuple[int, int]]:
    """Learn merges of pairs that are seen often enough; the same counts always give the same merges.

    Args:
        counts: how often each pretoken was seen.
        limit: most merges.
        known: merges learned before, perhaps from other counts: they are applied first, and learning goes on.
        least: how often a pair must be seen.

    Returns:
        The merges that follow the known ones, pairs of indices as `textgen.tokenizers.bpe.MergeTable` takes them.

    Raises:
        MissingExtraError: `tokenizers` is not installed.
    """
    try:
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    except ImportError as error:
        raise MissingExtraError(
            f"Learning a subword vocabulary needs the package tokenizers, which is not installed; {to_install('train')}"
        ) from error
    table = MergeTable(known)
    shown = _shown(len(table.pieces))
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.Split(_SEPARATOR, "removed")
    trainer = trainers.BpeTrainer(
        vocab_size=len(shown) + limit, min_frequency=least, initial_alphabet=shown, show_progress=False
    )
    learner.train_from_iterator(_repeated(counts, table, shown), trainer)
    return _as_indices(json.loads(learner.to_str())["model"]["merges"], shown)


def byte_alphabet() -> dict[str, int]:
    """Give the characters that GPT-2's byte-level BPE writes for bytes, each mapped to its byte."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [value for value in range(256) if value not in printable]
    shown = {chr(value): value for value in printable}
    return shown | {chr(256 + index): value for index, value in enumerate(others)}


def _shown(pieces: int) -> list[str]:
    """The character that stands for each piece: the library merges characters, and begins with the known pieces."""
    alphabet = byte_alphabet()
    return sorted(alphabet, key=alphabet.__getitem__) + [chr(_FIRST_SHOWN + k) for k in range(pieces - BYTES)]


def _repeated(counts: Mapping[str, int], table: MergeTable, shown: Sequence[str]) -> Iterator[str]:
    scale = max(1, -(-sum(counts.values()) // _MOST_FED))
    for pretoken in sorted(counts):
        times = round(counts[pretoken] / scale)
        if _SEPARATOR in pretoken:
            continue
        word = "".join(shown[index] for index in table.apply(pretoken.encode("utf-8")))
        for done in range(0, times, _BATCH):
            yield _SEPARATOR.join([word] * min(_BATCH, times - done))


def _as_indices(merges: list[list[str]], shown: Sequence[str]) -> list[tuple[int, int]]:
    indices = {character: index for index, character in enumerate(shown)}
    pairs: list[tuple[int, int]] = []
    for left, right in merges:
        pairs.append((indices[left], indices[right]))
        indices.setdefault(left + right, len(indices))
    return pairs
