from pathlib import Path

from textgen.artifact import ModelFolder
from textgen.config import Budget
from textgen.corpus.collection import ScriptCorpus
from textgen.corpus.survey import survey
from textgen.training.describing import describe_corpus, describe_plan
from textgen.training.preparation import Sources, make_plan
from textgen.training.run_record import Run
from textgen.training.sizing import ScriptChoice


def test_what_was_read_and_repaired_is_told(tmp_path: Path) -> None:
    path = tmp_path / "show.txt"
    path.write_bytes("JERRY: Hello.\r\nELAINE: It\u2019s you.\n".encode() * 30)
    corpus = ScriptCorpus(path)
    lines = list(describe_corpus(corpus, survey(corpus)))
    assert lines[0].startswith(f"corpus    {path}: colon, because ")
    assert "60 lines, 2 speakers, 1 scenes" in lines[1]
    assert any(line.startswith("repaired  ") for line in lines[2:])


def test_many_files_are_counted_not_listed(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"{number}.txt").write_text("JERRY: Hello.\nELAINE: Hello.\n" * 10, encoding="utf-8")
    corpus = ScriptCorpus(tmp_path)
    lines = list(describe_corpus(corpus, survey(corpus)))
    assert sum(line.startswith("corpus") for line in lines) == 5
    assert "          and 4 more files" in lines


def test_the_plan_is_told(corpus: Path, untrained: Path) -> None:
    choice = ScriptChoice(level="character", embedding=16, hidden=24, layers=2)
    plan = make_plan(Sources(ScriptCorpus(corpus), None), choice, Budget(epochs=3), 0, None)
    text = "\n".join(describe_plan(plan, Run.load(ModelFolder(untrained).training)))
    for part in ("character level", "(3 of them speakers)", "2 x 24 LSTM", "3 epochs", "GB of memory"):
        assert part in text, part
