"""What adversarial training asks of a judge. It knows no evaluation: whoever starts a run hands one in."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from textgen.errors import ConfigurationError
from textgen.files import replacing

_FILE = "judge.txt"


class Judge(Protocol):
    """Compares samples of a generator with the real text it was made for.

    The figures have names. Among them are `distance` (to real text; the generator with the lowest is kept),
    `distinct_2` and `self_bleu_4`.
    """

    @property
    def measure(self) -> str:
        """What the distance is, in words."""

    @property
    def of_real(self) -> Mapping[str, float]:
        """The figures of as many real lines as a sample has."""

    def __call__(self, generated: Sequence[str]) -> Mapping[str, float]:
        """The figures of a sample, of whatever it consists."""


JudgeMaker = Callable[[Sequence[str], int], Judge]
"""Makes a judge from real lines in random order and the number of lines in a sample."""


def require_same_judge(folder: Path, judge: Judge) -> None:
    """Sees to it that a run that goes on is judged as it was before, or the best generator would be anyone's guess.

    Args:
        folder: of the run; what judges it is written down there.
        judge: that the run has now.

    Raises:
        ConfigurationError: the run was judged by something else before.
    """
    path = folder / _FILE
    if not path.is_file():
        with replacing(path) as file:
            file.write(judge.measure.encode())
        return
    before = path.read_text(encoding="utf-8")
    if before != judge.measure:
        raise ConfigurationError(
            f"The run in {folder} was to go on, but its generators were judged so far by: {before}; and now they would "
            f"be by: {judge.measure}. The two cannot be compared: bring back what was installed then, or begin anew "
            "with another --out."
        )
