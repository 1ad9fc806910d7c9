"""What is scored of the Penn Treebank."""

from pathlib import Path

import pytest

from tests.benchmarks.scripts import script
from textgen.tokenizers.pretokens import split

treebank = script("quality_treebank")


def test_a_tidied_line_is_its_words_and_nothing_else() -> None:
    text = treebank.tidied(" no it was n't \n a <unk> N\n")
    assert text == " no it was n't\n a <unk> N\n"
    words = [split(line, "whitespace") for line in text.split("\n")[:-1]]
    assert words == [[" no", " it", " was", " n't"], [" a", " <unk>", " N"]]


def test_a_curve_is_the_best_so_far() -> None:
    curve = [(1.0, 300.0), (2.0, 200.0), (3.0, 250.0), (4.05, 150.0)]
    assert [treebank.best_until(curve, mark) for mark in (0.5, 1, 2.5, 3.5, 4)] == [None, 300, 200, 200, 150]


def test_what_the_peer_was_measured_at_is_not_measured_again(tmp_path: Path) -> None:
    found = {"row": {"minutes": 2.0, "perplexity": 200.0}, "curve": [[1.0, 300.0], [2.0, 200.0]]}
    treebank.write_json(tmp_path / "treebank-pytorch-2.json", found)
    rows = treebank.measure(tmp_path, [2.0], ["pytorch-f32"], tmp_path)
    assert rows[0] == {
        "case": "Penn Treebank, 2 minutes",
        "system": "pytorch-f32",
        "minutes": 2.0,
        "perplexity": 200.0,
    }
    assert [row["minutes"] for row in rows[1:]] == pytest.approx([2 * mark / 9 for mark in range(5, 10)])
    assert [row["perplexity"] for row in rows[1:]] == [300.0] * 4 + [200.0]
