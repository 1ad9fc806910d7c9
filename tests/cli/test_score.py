import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import textgen
from tests.discriminator.small import knows, put_discriminator, with_discriminator
from tests.generation.small import saved_model
from textgen.cli.generate import command as generate
from textgen.cli.score import command
from textgen.errors import CorpusError, ModelError
from textgen.model_folder import ModelFolder

TEXT = "JERRY: A zoo.\n\nELAINE: (smiling)\u00a0Nothing.\n"


@pytest.fixture(scope="module")
def model(untrained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_discriminator(untrained, tmp_path_factory.mktemp("judged") / "model", "z")


def score(*arguments: str, stdin: str | None = None) -> Result:
    done = CliRunner().invoke(command, list(arguments), input=stdin)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_each_line_has_its_probability(model: Path, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(TEXT, encoding="utf-8")
    done = score("--model", str(model), str(tmp_path / "page.txt"))
    assert done.stdout == "0.73  JERRY: A zoo.\n0.27  ELAINE: (smiling) Nothing.\n"
    assert done.stderr == "0.50  all 2 lines together (the mean of their log-odds); 0.5 is undecided\n"


def test_whose_line_it_sounds_like_is_told_where_the_judge_knows(untrained: Path, tmp_path: Path) -> None:
    folder = ModelFolder(Path(shutil.copytree(untrained, tmp_path / "model")))
    opened = folder.load()
    first = opened.tokenizer.speakers[0]
    saved = knows(("w", "z"), opened.tokenizer, generator=opened.card.metrics)
    saved.weights["output/bias"][2] = np.log(4)  # others are likelier where nothing is heard
    saved.save(folder)
    text = "JERRY: A wow.\nELAINE: Nothing.\n"
    wide = len(first) - len("(others)")
    done = score("--model", str(folder.path), "-", stdin=text)
    assert done.stdout == (
        f"0.92  0.55 {first}  {' ' * max(0, -wide)}JERRY: A wow.\n"
        f"0.86  0.67 (others)  {' ' * max(0, wide)}ELAINE: Nothing.\n"
    )
    lines = json.loads(score("--model", str(folder.path), "-", "--json", stdin=text).stdout)["lines"]
    assert lines[0]["sounds_like"] == {"speaker": first, "probability": pytest.approx(6 / 11)}
    assert lines[1]["sounds_like"] == {"speaker": None, "probability": pytest.approx(4 / 6)}


def test_each_reply_of_a_chat_model_has_its_probability(tmp_path: Path) -> None:
    chat = str(put_discriminator(saved_model(tmp_path / "chat"), " day"))
    (tmp_path / "replies.txt").write_text("What a day!\n\nHello  there: you\n", encoding="utf-8")
    done = score("--model", chat, str(tmp_path / "replies.txt"))
    assert done.stdout == "0.73  what a day!\n0.27  hello there: you\n"
    assert done.stderr == "0.50  all 2 lines together (the mean of their log-odds); 0.5 is undecided\n"
    values = json.loads(score("--model", chat, "-", "--json", stdin="A day").stdout)
    assert values["lines"] == [
        {"speaker": None, "text": "a day", "reads_as_real": pytest.approx(0.7311, abs=1e-4)},
    ]
    with pytest.raises(CorpusError, match="it holds none"):
        score("--model", chat, "-", stdin=" \n")


def test_the_standard_input_as_json(model: Path) -> None:
    values = json.loads(score("--model", str(model), "-", "--json", stdin=TEXT).stdout)
    assert [(line["speaker"], line["text"]) for line in values["lines"]] == [
        ("JERRY", "A zoo."),
        ("ELAINE", "(smiling)\u00a0Nothing."),
    ]
    assert values["lines"][0]["reads_as_real"] == pytest.approx(0.7311, abs=1e-4)
    assert values["reads_as_real"] == pytest.approx(0.5)


def test_what_is_generated_can_be_scored(model: Path) -> None:
    page = textgen.load(model).write(lines=4, seed=3)
    values = json.loads(score("--model", str(model), "--json", "-", stdin=page.text).stdout)
    assert [line["text"] for line in values["lines"]] == [line.text for line in page.lines if line.text.strip()]


def test_what_cannot_be_scored_is_told(model: Path, untrained: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="it holds none"):
        score("--model", str(model), "-", stdin="[a scene]\n")
    with pytest.raises(CorpusError, match="does not exist"):
        score("--model", str(model), str(tmp_path / "none.txt"))
    with pytest.raises(ModelError, match="textgen train-discriminator --model"):
        score("--model", str(untrained), "-", stdin=TEXT)
    with pytest.raises(ModelError, match="textgen train-discriminator --model"):
        score("--model", str(saved_model(tmp_path / "chat")), "-", stdin=TEXT)


def test_generate_reranks(model: Path) -> None:
    arguments = ["--model", str(model), "--lines", "3", "--seed", "40", "--rerank", "6"]
    best = textgen.load(model).write_several(lines=3, seed=40, rerank=6, num_return_sequences=2)
    assert CliRunner().invoke(generate, arguments).stdout == best[0].text
    found = json.loads(
        CliRunner().invoke(generate, [*arguments, "--num-return-sequences", "2", "--format", "json"]).stdout
    )
    assert [script["text"] for script in found] == [script.text for script in best]
    assert [script["reads_as_real"] for script in found] == [script.reads_as_real for script in best]


def test_no_tensorflow_is_loaded(model: Path) -> None:
    code = (
        "import sys, textgen; w = textgen.load(sys.argv[1]); w.write(lines=1, rerank=2, seed=1); w.score('JERRY: Hi.');"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(model)], check=True)
