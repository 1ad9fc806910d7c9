from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line, Scene
from textgen.corpus.survey import survey
from textgen.errors import ConfigurationError, CorpusError, ModelError
from textgen.evaluation.eval_split import EvalSplit, draw_lines, script_eval_split

LINES = [f"A: line {number}" for number in range(100)]


def write(path: Path, text: str) -> Corpus:
    path.write_bytes(text.encode())
    return Corpus(path, "colon")


def trained_on(corpus: Corpus, held_out: bool = True) -> dict[str, Any]:
    counts = survey(corpus)
    split = counts.split if held_out else None
    return {
        "fingerprint": corpus.fingerprint,
        "files": [file.path.name for file in corpus.files],
        "style": corpus.style.to_json(),
        "split": asdict(split) if split else None,
        "characters": split.characters if split else counts.characters,
    }


def texts(part: EvalSplit) -> list[str]:
    return [line.text for document in part.documents for scene in document for line in scene.lines]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return write(tmp_path / "show.txt", "\n".join(LINES) + "\n")


@pytest.mark.parametrize("asked", [None, "held-out"])
def test_the_last_tenth_of_the_training_corpus(corpus: Corpus, asked: Any) -> None:
    part = script_eval_split(trained_on(corpus), corpus, asked)
    assert texts(part) == [f"line {number}" for number in range(90, 100)]
    assert part.split == "held-out" and part.notes == ()
    assert part.training is not None and part.training.split is not None


def test_a_saved_split_is_used_exactly(corpus: Corpus) -> None:
    known = trained_on(corpus)
    known["split"] |= {"lines": 97, "characters": 900}
    assert texts(script_eval_split(known, corpus, None)) == ["line 97", "line 98", "line 99"]


def test_all_of_the_training_corpus_comes_with_a_note(corpus: Corpus) -> None:
    part = script_eval_split(trained_on(corpus), corpus, "all")
    assert len(texts(part)) == 100
    assert part.split == "all" and "it has seen most of it" in part.notes[0]


def test_a_model_without_a_split_has_seen_all_of_it(corpus: Corpus) -> None:
    known = trained_on(corpus, held_out=False)
    part = script_eval_split(known, corpus, None)
    assert len(texts(part)) == 100 and part.split == "all"
    assert "it has seen all of it" in part.notes[0]
    with pytest.raises(ConfigurationError, match="--validation"):
        script_eval_split(known, corpus, "held-out")


def test_all_of_another_corpus(corpus: Corpus, tmp_path: Path) -> None:
    other = write(tmp_path / "other.txt", "A: something else\nB: yes\n")
    part = script_eval_split(trained_on(corpus), other, None)
    assert texts(part) == ["something else", "yes"]
    assert (part.split, part.training, part.notes) == ("all", None, ())


def test_the_last_tenth_of_another_corpus_on_request(corpus: Corpus, tmp_path: Path) -> None:
    other = write(tmp_path / "other.txt", "\n".join(LINES[:50]) + "\n")
    part = script_eval_split(trained_on(corpus), other, "held-out")
    assert texts(part) == [f"line {number}" for number in range(45, 50)]
    assert part.training is None and "another corpus (show.txt)" in part.notes[0]


def test_the_same_text_with_other_line_ends_is_split_where_it_was(corpus: Corpus, tmp_path: Path) -> None:
    other = write(tmp_path / "windows.txt", "\r\n".join(LINES) + "\r\n")
    assert other.fingerprint != corpus.fingerprint
    part = script_eval_split(trained_on(corpus), other, "held-out")
    assert texts(part) == [f"line {number}" for number in range(90, 100)]
    assert part.training is not None and "treated as the same text" in part.notes[0]


def test_a_corpus_of_one_line_cannot_be_split(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="too small"):
        script_eval_split(trained_on(corpus), write(tmp_path / "one.txt", "A: one\n"), "held-out")


def test_the_training_corpus_read_in_another_way_is_refused(corpus: Corpus) -> None:
    known = trained_on(corpus)
    known["split"]["total"] += 5
    with pytest.raises(ConfigurationError, match="--format"):
        script_eval_split(known, corpus, None)


def test_a_reading_with_as_many_characters_is_no_less_another_one(tmp_path: Path) -> None:
    scenes = [f"[Scene {number}]\n{line}\n" for number, line in enumerate(LINES)]
    colon = write(tmp_path / "scenes.txt", "".join(scenes))
    known, plain = trained_on(colon), Corpus(tmp_path / "scenes.txt", "plain")
    assert survey(plain).characters == survey(colon).characters
    assert len(texts(script_eval_split(known, colon, None))) == 10
    with pytest.raises(ConfigurationError, match="it was read as plain, and in training in another way"):
        script_eval_split(known, plain, None)
    windows = tmp_path / "windows.txt"
    windows.write_bytes("".join(scenes).replace("\n", "\r\n").encode())
    part = script_eval_split(known, Corpus(windows, "plain"), "held-out")
    assert "another corpus" in part.notes[0]


def test_a_damaged_split_is_told(corpus: Corpus) -> None:
    with pytest.raises(ModelError, match="lacks boundary, characters, lines, total"):
        script_eval_split({**trained_on(corpus), "split": {"parts": 1}}, corpus, None)


def documents(count: int) -> list[list[Scene]]:
    """Documents of two lines."""
    return [[Scene(None, (Line(None, f"a{number}"), Line("x", f"b{number}")))] for number in range(count)]


def test_all_lines_of_a_short_text_in_another_order() -> None:
    lines = [line.text for line in draw_lines(documents(20), seed=0)]
    expected = [line.text for document in documents(20) for scene in document for line in scene.lines]
    assert sorted(lines) == sorted(expected) and lines != expected


def test_the_seed_decides() -> None:
    assert draw_lines(documents(9), seed=1) == draw_lines(documents(9), seed=1) != draw_lines(documents(9), seed=2)


def test_of_a_long_text_every_line_is_as_likely() -> None:
    drawn = Counter(line.text for seed in range(600) for line in draw_lines(documents(5), seed, most=3))
    assert sum(drawn.values()) == 1800 and len(drawn) == 10
    assert min(drawn.values()) > 130 and max(drawn.values()) < 230  # 180 each, give or take 11
