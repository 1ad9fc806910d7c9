from pathlib import Path

import numpy as np
import pytest

from textgen.corpus.document import Line, Scene
from textgen.corpus.token_grammar import ScriptEncoder
from textgen.decoding.constraints.script import ScriptShape
from textgen.decoding.copy_detection import ngram_hashes, word_hashes
from textgen.tokenizers.character import CharacterTokenizer
from textgen.training import corpus_stats
from textgen.training.corpus_stats import NoveltyIndexer, ShapeObserver

TOKENIZER = CharacterTokenizer("abc ", ["jerry"])


def shape_of(*scenes: Scene) -> ScriptShape:
    observer = ShapeObserver()
    for number, scene in enumerate(scenes):
        ids = ScriptEncoder(TOKENIZER).encode_scene(scene, first_of_document=number == 0)
        observer.add(scene, ids, TOKENIZER.speakers)
    return observer.shape()


def test_plain_lines_of_one_speaker() -> None:
    found = shape_of(Scene(None, (Line("jerry", "ab"), Line("jerry", "abcab"))))
    # The label and five characters stand between two line ends.
    assert found == ScriptShape(longest_line=6, narration=False, scenes=False)


@pytest.mark.parametrize(
    ("scene", "name"),
    [
        (Scene(None, (Line(None, "a"),)), "narration"),
        (Scene("[a]", (Line("jerry", "a"),)), "scenes"),
        (Scene(None, (Line("elaine", "a"),)), "spelled_names"),
        (Scene(None, (Line("jerry", "a\nb"),)), "line_breaks"),
        (Scene(None, (Line("jerry", ""),)), "empty_lines"),
    ],
)
def test_what_occurs_once_is_seen(scene: Scene, name: str) -> None:
    found = shape_of(Scene(None, (Line("jerry", "a"),)))
    seen = shape_of(Scene(None, (Line("jerry", "a"),)), Scene(None, scene.lines, continued=True))
    if name == "scenes":
        seen = shape_of(scene)
    flags = ("narration", "scenes", "spelled_names", "line_breaks", "empty_lines")
    assert not any(getattr(found, flag) for flag in flags)
    assert [flag for flag in flags if getattr(seen, flag)] == [name]


def test_the_index_holds_the_runs_of_eight_words_across_lines(tmp_path: Path) -> None:
    indexer = NoveltyIndexer()
    indexer.add(["one two three four five", "six seven"])
    indexer.add(["eight nine"])
    indexer.save(tmp_path / "novelty.bin", print)
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    expected = np.unique(ngram_hashes(word_hashes(words), 8))
    assert np.array_equal(np.fromfile(tmp_path / "novelty.bin", np.uint64), expected)
    assert len(expected) == 2


def test_a_text_that_is_too_long_gets_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_stats, "_MOST_WORDS", 10)
    indexer = NoveltyIndexer()
    for _ in range(3):
        indexer.add(["one two three four"])
    notes: list[str] = []
    indexer.save(tmp_path / "novelty.bin", notes.append)
    assert [note.startswith("The text is too long for an index") for note in notes] == [True]
    assert list(tmp_path.iterdir()) == []
