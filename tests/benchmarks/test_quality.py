"""Each record from corpus to table, with models that were never trained."""

import json
import math
from pathlib import Path

import pytest

from tests.benchmarks.scripts import script
from tests.benchmarks.untrained import leave_untrained
from tests.conftest import corpus_text

quality = script("quality")
PLAIN = "\n".join(f"line {number} of the text, {number * number}" for number in range(400)) + "\n"


@pytest.fixture(autouse=True)
def _untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    for record in quality.RECORDS.values():
        monkeypatch.setattr(record, "train", leave_untrained)


def table_of(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object) -> str:
    monkeypatch.setattr("sys.argv", ["quality.py", *map(str, words)])
    quality.main()
    return capsys.readouterr().out


def test_shakespeare(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    corpus = tmp_path / "plain.txt"
    corpus.write_text(PLAIN)
    options = ["--minutes", 1, 2, "--out", tmp_path / "out", "--only", "character", "subword", "--json"]
    rows = json.loads(table_of(monkeypatch, capsys, "shakespeare", corpus, *options))["rows"]
    minutes = [f"tiny-shakespeare, {length}" for length in ("1 minute", "2 minutes")]
    assert [row["case"] for row in rows] == [minutes[0]] * 2 + [minutes[1]] * 2
    assert [row["system"] for row in rows] == ["textgen-character", "textgen-subword"] * 2
    for row in rows[::2]:  # near the uniform distribution over its ids
        assert math.log(270) < row["nats_per_character"] < math.log(360)
        assert math.log(270) < row["from_cold_256"] < math.log(360)
        assert math.log(270) < row["from_cold_64"] < math.log(360)
    assert rows[1]["nats_per_character"] < rows[0]["nats_per_character"]  # it has less to say


def test_treebank(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for part, lines in (("train", 300), ("valid", 30)):
        text = "".join(f" the <unk> of n't N {word} \n" for _, word in zip(range(lines), "abc" * 100, strict=False))
        (tmp_path / f"ptb.{part}.txt").write_text(text)
    options = ["--minutes", 1, "--out", tmp_path / "out", "--only", "textgen"]
    table = table_of(monkeypatch, capsys, "treebank", tmp_path, *options)
    assert "Penn Treebank, 1 minute\n" in table
    assert "Penn Treebank, the way through 1 minute\n" in table
    first = next(line for line in table.split("\n") if line.startswith("textgen"))
    assert 200 < float(first.split()[-1]) < 500  # words, bytes and structure, all alike


@pytest.mark.slow
def test_seinfeld(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    corpus = tmp_path / "show.txt"
    corpus.write_text(corpus_text())
    options = ["--minutes", 1, 2, "--out", tmp_path / "out", "--json"]
    rows = json.loads(table_of(monkeypatch, capsys, "seinfeld", corpus, *options))["rows"]
    assert [row["case"] for row in rows] == ["Seinfeld, 1 minute"] * 3 + ["Seinfeld, 2 minutes"]
    levels = ["character", "word", "subword (auto)"]
    assert [row["system"] for row in rows[:3]] == [f"textgen, {level}" for level in levels]
    best = min(rows[:3], key=lambda row: row["bits_per_character"])
    assert rows[3]["system"] == best["system"]
