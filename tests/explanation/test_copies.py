"""What a text has word for word from the corpus."""

from pathlib import Path

import pytest

from textgen.api import load
from textgen.explanation.copies import copied_spans
from textgen.model_folder import ModelFolder
from textgen.writer import ScriptWriter

RUN = Path(__file__).parents[1] / "data" / "run-v2"
OWN = "GEORGE: Nobody has ever said this line before now, I am quite sure.\n"


@pytest.mark.parametrize("before", ["", "[Scene 9: somewhere]\n", OWN])
def test_copies_are_found_where_they_stand(before: str) -> None:
    writer, index = load(RUN / "model"), ModelFolder(RUN / "model").novelty_index()
    assert isinstance(writer, ScriptWriter) and index is not None
    corpus = (RUN / "corpus.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for line in corpus if not line.startswith("[")][3:6]
    text = before + "\n".join(lines) + "\n" + OWN
    spans = copied_spans(writer.opened, text, index)
    spoken = " ".join(line.partition(": ")[2] for line in lines).split()
    assert text[spans[0][0] :].startswith(" ".join(spoken[:3])) and text[: spans[-1][1]].endswith(spoken[-1])
    assert all("Nobody" not in text[begin:end] for begin, end in spans)
    assert copied_spans(writer.opened, OWN, index) == []
