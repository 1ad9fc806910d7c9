"""The real lines of a corpus, and what one adversarial step learns from, as a function of the step alone."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textgen.tokenizers.special import END, FIRST_LABEL, LINE_END, NAME, NAME_END, PAD, SCENE, START
from textgen.training.batches import WindowBatch, Windows

_CONTEXT = 32


class Lines(NamedTuple):
    """Some lines as arrays.

    Args:
        context: the ids before each line, its speaker's label included. *Shape:* (time, batch).
        ids: of the text, LINE_END included, PAD behind it. *Shape:* (batch, length).
        lengths: LINE_END included. *Shape:* (batch,).
        speakers: index of the label; one more than the last where there is none. *Shape:* (batch,).
    """

    context: NDArray[np.int32]
    ids: NDArray[np.int32]
    lengths: NDArray[np.int32]
    speakers: NDArray[np.int32]


class Passages:
    """All lines of speech in a run of ids that are short enough; headings and empty lines are left out.

    Args:
        ids: of whole documents, memory-mapped. *Shape:* (tokens,).
        labels: number of speakers that have a label.
        length: of a line at most, LINE_END included.
    """

    def __init__(self, ids: NDArray[np.integer], labels: int, length: int) -> None:
        self._ids, self._labels = ids, labels
        ends = np.flatnonzero(np.isin(ids, (LINE_END,)))
        starts = np.flatnonzero(np.isin(ids, (START, END, LINE_END)))
        begins = starts[np.searchsorted(starts, ends) - 1] + 1 if len(ends) else ends
        first = np.asarray(ids[begins], np.int64)
        labelled = (first >= FIRST_LABEL) & (first < FIRST_LABEL + labels)
        named, names = first == NAME, np.append(np.flatnonzero(np.isin(ids, (NAME_END,))), len(ids))
        texts = np.where(named, names[np.searchsorted(names, begins)] + 1, begins + labelled)
        speakers = np.where(labelled, first - FIRST_LABEL, labels)
        lengths = ends + 1 - texts
        fit = (first != SCENE) & (lengths >= 2) & (lengths <= length)
        self.begins, self.lengths, self.speakers = texts[fit], lengths[fit], speakers[fit]
        self.length = int(self.lengths.max(initial=2))
        documents = np.append(np.flatnonzero(np.isin(ids, (START,))), len(ids))
        reach = self.begins - documents[np.maximum(np.searchsorted(documents, self.begins) - 1, 0)]
        self.context = int(np.clip(reach.max(initial=1), 1, _CONTEXT))

    def __len__(self) -> int:
        return len(self.begins)

    def lines(self, chosen: NDArray[np.integer], context: int | None = None, length: int | None = None) -> Lines:
        """The lines of these numbers.

        Args:
            chosen: *Shape:* (batch,).
            context: tokens before each line; None takes as many as help.
            length: the arrays' width; None takes that of the longest line.
        """
        context, length = context or self.context, length or self.length
        begins, lengths = self.begins[chosen], self.lengths[chosen]
        before = begins + np.arange(-context, 0)[:, None]
        # Before the first document there is nothing: START again, at which the state is zeroed.
        contexts = np.where(before < 0, START, self._ids[np.maximum(before, 0)])
        inside = np.arange(length) < lengths[:, None]
        positions = np.minimum(begins[:, None] + np.arange(length), len(self._ids) - 1)
        ids = np.where(inside, self._ids[positions], PAD)
        arrays = (contexts, ids, lengths, self.speakers[chosen])
        return Lines(*(np.ascontiguousarray(array, np.int32) for array in arrays))


class AdversarialBatch(NamedTuple):
    """One step's texts.

    Args:
        window: for teacher forcing.
        lines: real ones, a batch for each update of the critic and one for the generator's.
    """

    window: WindowBatch
    lines: tuple[Lines, ...]

    @property
    def tokens(self) -> int:
        """Tokens read: of the window and of the real lines."""
        return self.window.tokens + int(sum(lines.lengths.sum() for lines in self.lines))


class AdversarialBatches:
    """Windows for teacher forcing beside real lines in an order drawn anew each epoch.

    Args:
        windows: of the training text.
        passages: of the same.
        batch: lines of an update.
        updates: batches of lines in a step.
        seed: of the order.
    """

    def __init__(self, windows: Windows, passages: Passages, batch: int, updates: int, seed: int) -> None:
        self.windows, self.passages, self.size, self.updates, self.seed = windows, passages, batch, updates, seed
        self.steps_per_epoch = steps_per_epoch(passages, batch)

    def batch(self, step: int, progress: float = 0.0) -> AdversarialBatch:
        """The batch of a step, counted from 0, whatever share of the budget is spent."""
        lines = tuple(self.passages.lines(self._chosen(step, update)) for update in range(self.updates))
        return AdversarialBatch(self.windows.batch(step), lines)

    def _chosen(self, step: int, update: int) -> NDArray[np.int64]:
        """Each update has an order of its own; the last batch of an epoch is filled up with its first lines."""
        epoch, index = divmod(step, self.steps_per_epoch)
        order = np.random.default_rng([self.seed, 2, epoch, update]).permutation(len(self.passages))
        return order[(index * self.size + np.arange(self.size)) % len(order)]


def steps_per_epoch(passages: Passages, batch: int) -> int:
    """Batches of so many lines in one pass over all of them."""
    return max(1, -(-len(passages) // batch))
