import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line
from textgen.corpus.split import Split
from textgen.decoding.copy_detection import ngram_hashes, word_hashes
from textgen.evaluation import copies
from textgen.evaluation.copies import (
    NO_NOVELTY,
    Copy,
    CopySearch,
    CorpusPlace,
    TrainingOverlap,
    copied_at,
    measure_novelty,
    training_lines,
)
from textgen.evaluation.eval_split import TrainingText
from textgen.model_folder import ModelFolder

spoken = str.split

words = st.lists(st.sampled_from("ab"), max_size=30)


def search_lines(sample: list[str], lines: list[list[str]], block: int = 1 << 19) -> CopySearch[int]:
    search: CopySearch[int] = CopySearch(sample, block)
    for number, line in enumerate(lines):
        search.add(line, number)
    search.finish()
    return search


def test_the_longest_copy_and_its_place() -> None:
    lines = [spoken("hello there"), [], spoken("well you know what"), spoken("i mean it")]
    search = search_lines(spoken("and you know what i mean by that"), lines)
    assert search.longest == Copy(tuple(spoken("you know what i mean")), place=2, word=1)


def test_nothing_in_common() -> None:
    search = search_lines(["a", "b"], [["c"], ["d", "e"]])
    assert search.longest is None
    assert search.copied_share is None


@pytest.mark.parametrize(("sample", "lines"), [([], [["a"]]), (["a"], []), ([], [])])
def test_nothing_to_compare(sample: list[str], lines: list[list[str]]) -> None:
    assert search_lines(sample, lines).longest is None


def test_the_share_of_spans_by_hand() -> None:
    sample = spoken("0 1 2 3 4 5 6 7 8 9")  # three spans of eight words
    assert search_lines(sample, [sample[:9]]).copied_share == pytest.approx(2 / 3)
    assert search_lines(sample, [sample[:7], sample[7:]]).copied_share == 1
    assert search_lines(sample, [sample[:7]]).copied_share == 0


def slowly(sample: list[str], text: list[str]) -> int:
    pairs = [(i, j) for i in range(len(sample)) for j in range(len(text))]

    def shared(i: int, j: int) -> int:
        same = [a == b for a, b in zip(sample[i:], text[j:], strict=False)]
        return same.index(False) if False in same else len(same)

    return max((shared(i, j) for i, j in pairs), default=0)


@given(sample=words, lines=st.lists(words, max_size=8), block=st.integers(1, 40))
def test_as_long_as_a_slow_search_finds_whatever_the_blocks(
    sample: list[str], lines: list[list[str]], block: int
) -> None:
    text = [word for line in lines for word in line]
    search = search_lines(sample, lines, block)
    found = search.longest
    assert (len(found.words) if found else 0) == slowly(sample, text)
    if found:
        start = sum(map(len, lines[: found.place])) + found.word
        assert found.word < len(lines[found.place])
        assert tuple(text[start : start + len(found.words)]) == found.words
    spans = {tuple(text[k : k + 8]) for k in range(len(text) - 7)}
    copied = [tuple(sample[k : k + 8]) in spans for k in range(len(sample) - 7)]
    assert search.copied_share == (pytest.approx(np.mean(copied)) if copied else None)


def test_two_words_with_one_hash_are_no_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "word_hashes", lambda words: np.full(len(words), 7, np.uint64))
    assert search_lines(["a", "b"], [["c", "d", "e"]]).longest is None
    assert search_lines(["a", "b"], [["c", "a", "d"]]).longest == Copy(("a",), place=0, word=1)


FIRST = "[one]\nA: alpha beta\nB: gamma delta\n[two]\nA: epsilon zeta eta theta iota kappa lambda mu nu xi\n"
SECOND = "A: first of the second\n[three]\nB: omikron pi\nA: held out words here\n"


def training_text(folder: Path) -> TrainingText:
    """Two files, of which the last line is held out."""
    for name, text in (("a.txt", FIRST), ("b.txt", SECOND)):
        (folder / name).write_text(text)
    corpus = Corpus([folder / "a.txt", folder / "b.txt"], "colon")
    return TrainingText(corpus, Split(parts=3, lines=1, characters=1, total=2, boundary="line"))


def lines(*texts: str) -> list[Line]:
    """Lines that somebody says."""
    return [Line("A", text) for text in texts]


def test_every_training_line_has_its_place(tmp_path: Path) -> None:
    places = list(training_lines(training_text(tmp_path)))
    assert [(Path(place.file).name, place.scene, place.heading, place.line, place.speaker) for place in places] == [
        ("a.txt", 1, "[one]", 1, "A"),
        ("a.txt", 1, "[one]", 2, "B"),
        ("a.txt", 2, "[two]", 3, "A"),
        ("b.txt", 1, None, 1, "A"),
        ("b.txt", 2, "[three]", 2, "B"),
    ]
    assert places[-1].text == "omikron pi"


def test_a_copy_over_two_lines_is_found_where_it_begins(tmp_path: Path) -> None:
    novelty = measure_novelty(lines("no beta gamma", "delta no"), training_text(tmp_path), seed=5)
    assert novelty.to_json_object() == {
        "longest_copied_words": 3,
        "copied_share": None,
        "copied_text": "beta gamma delta",
        "copied_at": {
            "file": str(tmp_path / "a.txt"),
            "line": 1,
            "scene": 1,
            "heading": "[one]",
            "speaker": "A",
            "quote": "alpha beta",
        },
        "samples_lines": 2,
        "samples_words": 5,
        "samples_seed": 5,
    }


def test_nothing_looked_for_has_the_same_keys(tmp_path: Path) -> None:
    assert set(measure_novelty(lines("alpha"), training_text(tmp_path), seed=0).to_json_object()) == set(NO_NOVELTY)


def test_the_share_of_copied_spans(tmp_path: Path) -> None:
    sample = "epsilon zeta eta theta iota kappa lambda mu nu other"  # two of its three spans are copied
    novelty = measure_novelty(lines(sample), training_text(tmp_path), seed=0)
    assert novelty.copied_share == 2 / 3
    assert novelty.longest is not None and len(novelty.longest.words) == 9


def test_held_out_words_headings_and_names_are_no_copies(tmp_path: Path) -> None:
    novelty = measure_novelty(lines("held out words here [three] B:"), training_text(tmp_path), seed=0)
    assert novelty.longest is None
    assert novelty.to_json_object()["longest_copied_words"] == 0


def test_a_long_line_is_quoted_around_the_copy() -> None:
    text = " ".join(f"w{number}" for number in range(40))
    place = CorpusPlace("a.txt", 1, None, 1, None, text)
    quote = copied_at(Copy(("w20", "w21"), place, word=20))["quote"]
    assert quote.split()[0] == quote.split()[-1] == "…"
    assert quote.split()[1:-1] == [f"w{number}" for number in range(12, 30)]


KNOWN = [str(number) for number in range(9)]
INDEX = np.sort(ngram_hashes(word_hashes(KNOWN), 8))
LINES = [" ".join(KNOWN[:4]), " ".join(KNOWN[4:]), "ten"]


@pytest.mark.parametrize("held_out", [True, False])
def test_spans_that_the_index_holds_are_counted(held_out: bool) -> None:
    overlap = TrainingOverlap(INDEX)
    overlap.add(LINES)
    assert overlap.share == pytest.approx(2 / 3)
    (note,) = overlap.notes(held_out)
    assert note.startswith("67% of the eight-word spans")


@pytest.mark.parametrize("index", [np.empty(0, np.uint64), INDEX])
def test_new_text_is_not_warned_of(index: np.ndarray) -> None:
    overlap = TrainingOverlap(index)
    overlap.add(["nothing in this was ever written there before"])
    overlap.add([])
    assert overlap.share == 0
    assert overlap.notes(held_out=False) == ()


def test_without_an_index_it_is_not_known_what_was_learned() -> None:
    overlap = TrainingOverlap(None)
    overlap.add(LINES)
    assert overlap.share == 0
    assert overlap.notes(held_out=True) == ()
    (note,) = overlap.notes(held_out=False)
    assert "keeps no index" in note


def test_the_index_is_that_of_the_model_folder(untrained: Path, corpus: Path, tmp_path: Path) -> None:
    scene = next(next(Corpus(corpus).documents()))
    overlap = TrainingOverlap.of(ModelFolder(untrained))
    overlap.add(line.text for line in scene.lines)
    assert overlap.share == 1
    without = Path(shutil.copytree(untrained, tmp_path / "model"))
    (without / "novelty.bin").unlink()
    assert len(TrainingOverlap.of(ModelFolder(without)).notes(held_out=False)) == 1
