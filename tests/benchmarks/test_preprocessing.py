"""How a corpus becomes ids: the corpora, and a case of each level."""

from pathlib import Path

import pytest

from tests.benchmarks.scripts import script
from textgen.corpus.collection import Corpus
from textgen.corpus.id_store import open_ids
from textgen.corpus.survey import survey

preprocessing = script("preprocessing")


def test_a_corpus_is_a_script_of_its_size_and_always_the_same(tmp_path: Path) -> None:
    one, other = tmp_path / "one.txt", tmp_path / "other.txt"
    preprocessing.make_corpus(one, 1)
    preprocessing.make_corpus(other, 1)
    assert one.read_bytes() == other.read_bytes()
    assert 1_000_000 <= one.stat().st_size < 1_200_000
    found = survey(Corpus(one))
    assert found.headings > 100 and "PEARL" in found.speakers
    assert " the1 " in one.read_text(encoding="utf-8")


@pytest.mark.parametrize("level", ["character", "word"])
def test_what_is_timed_writes_all_ids(tmp_path: Path, level: str) -> None:
    corpus, vocabulary, out = tmp_path / "talk.txt", tmp_path / "v.json", tmp_path / "talk.ids"
    corpus.write_text("ANN: ha ha\nBOB: ha ha ha\n" * 10, encoding="utf-8")
    preprocessing.learn(corpus, level, vocabulary)
    preprocessing.encode(corpus, vocabulary, out)
    ids = open_ids(out)
    texts = {"character": 5 + 8, "word": 2 + 3}  # of both lines
    assert len(ids) == 2 + 10 * (texts[level] + 2 * 2)  # START, END; a label and a LINE_END each
