"""The train/validation split of dialogues: the last tenth of each file's is held out, whole."""

import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Self

from textgen.errors import ModelError
from textgen.stored_json import decode

_ONE_IN = 10


@dataclass(frozen=True)
class DialogueSplit:
    """How many dialogues at the end of each file are held out.

    Args:
        held_out: their number for each file.
        dialogues: how many dialogues each file has.
    """

    held_out: tuple[int, ...]
    dialogues: tuple[int, ...]

    def is_held_out(self, file: int, dialogue: int) -> bool:
        """Whether a dialogue is held out.

        Args:
            file: the number of its file, from 0.
            dialogue: its place among those of the file, from 0.
        """
        return dialogue >= self.dialogues[file] - self.held_out[file]

    def to_json(self) -> dict[str, list[int]]:
        """Give the numbers as plain lists, for `from_json`."""
        return {"held_out": list(self.held_out), "dialogues": list(self.dialogues)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Build it again from what `to_json` gave.

        Raises:
            ModelError: a list is missing, of another length, or holds more than there is.
        """
        try:
            split = decode(cls, document)
            if not all(0 <= few <= there for few, there in zip(split.held_out, split.dialogues, strict=True)):
                raise ValueError("holds more than there is")
        except ValueError as error:
            raise ModelError(
                f"The split of this model's corpus cannot be used: {reprlib.repr(document)} {error}, needed are "
                "held_out and dialogues, as many numbers in each and the first never the larger one; copy the model "
                "folder again."
            ) from None
        return split


def split_dialogues(dialogues: Sequence[int]) -> DialogueSplit | None:
    """Hold out the last tenth of each file's dialogues.

    Fractions are carried on to the next file, so that of many small files a tenth is held out too.

    Args:
        dialogues: how many each file has; as `DialogueSurvey.dialogues` has it.

    Returns:
        a split with at least one dialogue on either side; None where there are not two.
    """
    if sum(dialogues) < 2:
        return None
    tenths = [total // _ONE_IN for total in accumulate(dialogues, initial=0)]
    held_out = [after - before for before, after in pairwise(tenths)]
    if not any(held_out):
        held_out[max(range(len(dialogues)), key=lambda file: (dialogues[file], file))] = 1
    return DialogueSplit(tuple(held_out), tuple(dialogues))
