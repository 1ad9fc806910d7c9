from pathlib import Path

import numpy as np
import pytest

from tests.judging.small import likes, with_discriminator
from textgen.errors import ConfigurationError, ModelError
from textgen.judging.calibration import sigmoid
from textgen.model_folder import ModelFolder
from textgen.writer import ScriptWriter

YES, NO = (float(sigmoid(logit)) for logit in (1.0, -1.0))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def folder(untrained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that babbles, and a discriminator that takes every line with a w in it for real."""
    return with_discriminator(untrained, tmp_path_factory.mktemp("judged") / "model", "w")


@pytest.fixture(scope="module")
def writer(folder: Path) -> ScriptWriter:
    return ScriptWriter(ModelFolder(folder).load(), note=lambda text: None)


def expected(writer: ScriptWriter, text: str, skipped: int = 0) -> float:
    """Every line has the log-odds 1 or -1."""
    lines = writer.score(text).lines[skipped:]
    return float(sigmoid(np.mean([1 if one.reads_as_real > 0.5 else -1 for one in lines])))


def test_candidates_are_those_of_their_seeds_the_best_first(writer: ScriptWriter) -> None:
    alone = [writer.write(lines=3, seed=40 + k) for k in range(6)]
    best = writer.write_several(lines=3, seed=40, rerank=6, num_return_sequences=6)
    assert sorted(script.text for script in best) == sorted(script.text for script in alone)
    assert {script.seed for script in best} == set(range(40, 46))
    found = [script.reads_as_real for script in best]
    assert found == sorted(found, reverse=True)
    assert found[0] > found[-1]  # else the test tests nothing
    assert found == pytest.approx([expected(writer, script.text) for script in best])
    assert alone[0].reads_as_real is None


def test_the_best_alone_is_the_first_of_all(writer: ScriptWriter) -> None:
    best = writer.write_several(lines=3, seed=40, rerank=6, num_return_sequences=2)
    assert len(best) == 2
    assert writer.write(lines=3, seed=40, rerank=6) == best[0]
    assert "".join(writer.stream(lines=3, seed=40, rerank=6)) == best[0].text
    assert writer.write(lines=3, seed=best[0].seed).text == best[0].text


def test_the_lines_of_the_prompt_do_not_count(writer: ScriptWriter) -> None:
    prompt = "JERRY: A twin.\nELAINE: Www.\nGEORGE: The"
    script = writer.write(prompt, lines=2, seed=40, rerank=3)
    assert script.text.startswith(prompt)
    assert script.reads_as_real == pytest.approx(expected(writer, script.text, skipped=2))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"rerank": 0}, "rerank=0 was asked for, but it must be a whole number of candidates"),
        ({"rerank": 2.5}, "rerank=2.5 was asked for"),
        ({"rerank": 4, "temperature": 0}, "rerank=4 was asked for with temperature=0, which draws nothing"),
        ({"rerank": 4, "num_beams": 4}, "with num_beams=4, which draws nothing"),
        ({"rerank": 4, "num_return_sequences": 5}, "with num_return_sequences=5, but no more texts can be kept"),
    ],
)
def test_what_makes_no_sense_is_refused(writer: ScriptWriter, options: dict[str, float], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        writer.write_several(lines=1, **options)


def test_without_a_discriminator_the_command_is_named(untrained: Path) -> None:
    writer = ScriptWriter(ModelFolder(untrained).load())
    for ask in (lambda: writer.write(lines=1, rerank=2), lambda: writer.score("JERRY: Hello."), lambda: writer.judge):
        with pytest.raises(ModelError, match=f"textgen train-discriminator --model {untrained}"):
            ask()


def test_scores_are_of_the_lines_as_the_corpus_writes_them(writer: ScriptWriter) -> None:
    judged, whole = writer.score("[Scene 3: a twin]\r\njerry: It\u2019s a twin.\r\nBob: Hello.\n")
    assert [(one.line.speaker, one.line.text) for one in judged] == [("JERRY", "It's a twin."), ("Bob", "Hello.")]
    assert [one.reads_as_real for one in judged] == pytest.approx([YES, NO])
    assert whole == 0.5
    assert writer.score("") == ([], None)


def test_a_discriminator_of_an_earlier_training_is_told_once(folder: Path, tmp_path: Path, untrained: Path) -> None:
    old = ModelFolder(with_discriminator(untrained, tmp_path / "model", "z"))
    model, told = old.load(), list[str]()
    likes("z", model.tokenizer, generator={"step": 1}).save(old, model.card, model.tokenizer)
    writer = ScriptWriter(model, note=told.append)
    writer.score("JERRY: Hello.")
    writer.write(lines=1, rerank=2, seed=1)
    (sentence,) = told
    assert "textgen train-discriminator --model" in sentence
