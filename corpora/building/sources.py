"""The texts of others that the models which ship learn from: exactly the files listed in `corpora/sources.tsv`.

They are not part of the project; the list says for each where it comes from, in which version, and under which licence.
"""

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from textgen.errors import CorpusError

LEFT_OUT = ("personality_chat/professional", "personality_chat/witty")
"""Conversations that nothing learns from: one tone of three is enough, the same questions with other answers."""

LIST = Path(__file__).parents[1] / "sources.tsv"


@dataclass(frozen=True)
class Source:
    """A file of prepared texts.

    Args:
        file: its path in the folder of texts, such as `dialogues/topical_chat.jsonl`.
        source: the repository that it was made from.
        commit: of that repository.
        licence: of the texts.
        sha256: of the file's bytes.
    """

    file: str
    source: str
    commit: str
    licence: str
    sha256: str

    def path(self, texts: Path) -> Path:
        """Where the file lies, once it is known to be the one that is listed.

        Args:
            texts: the folder of texts.

        Raises:
            CorpusError: it is missing or another one.
        """
        path = texts / self.file
        if not path.is_file():
            raise CorpusError(
                f"{path} was to be learned from, but is not there: give the folder with the files that {LIST.name} "
                "lists as --texts."
            )
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != self.sha256:
            raise CorpusError(
                f"{path} has the SHA-256 {found}, but {LIST.name} lists {self.sha256} for it: only texts whose licence "
                "was looked at are learned from; get that version, or list another one with its licence."
            )
        return path


def listed(folder: str) -> list[Source]:
    """The files of one folder of texts, such as `dialogues`."""
    with LIST.open(encoding="utf-8", newline="") as file:
        rows = [Source(**row) for row in csv.DictReader(file, delimiter="\t")]
    return [row for row in rows if row.file.startswith(f"{folder}/")]


def conversations(path: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """The conversations of a file of JSON lines: what each belongs to (`self_dialogue/music`), and its turns."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            yield record["source"], record["turns"]
