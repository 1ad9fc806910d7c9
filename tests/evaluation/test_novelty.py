from pathlib import Path

from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line
from textgen.corpus.split import Split
from textgen.evaluation.copies import Copy
from textgen.evaluation.novelty import NO_NOVELTY, CorpusPlace, copied_at, measure_novelty, training_lines
from textgen.evaluation.part import TrainingText

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
