import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.discriminator.small import likes, with_discriminator
from tests.generation.small import saved_model
from textgen.cli import inspect
from textgen.cli.main import cli
from textgen.corpus.format_table import DIALOGUE_FORMATS, SCRIPT_FORMATS
from textgen.model_folder import ModelFolder
from textgen.starters import open_folder
from textgen.training.checkpoint import NAME
from textgen.training.prepare import MIN_P


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["inspect", *map(str, arguments)])


def test_a_corpus_as_json(corpus: Path) -> None:
    values = json.loads(run("--corpus", corpus, "--json").stdout)
    assert {"format", "scenes", "lines", "speakers", "characters", "encoding", "repairs"} <= set(values)
    assert (values["format"], values["scenes"], values["lines"], values["repairs"]) == ("colon", 30, 241, {})
    assert values["speakers"]["KRAMER"] == 1


def test_a_corpus_for_people(corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_bytes(b"EVE: one\r\nADAM: two\r\n" * 5)
    output = run("--corpus", corpus, other).stdout
    for words in ("read as", "colon: ", "251 lines", "30 with a heading", "KRAMER | Giddy up.", "10 x line ends"):
        assert words in output
    assert "skipped" not in output


def test_a_format_can_be_asked_for(corpus: Path) -> None:
    values = json.loads(run("--corpus", corpus, "--format", "plain", "--json").stdout)
    assert (values["format"], values["speakers"], values["narration_lines"]) == ("plain", {}, values["lines"])


EOU = "Hi . __eou__ Ho . __eou__ Hey . __eou__\n\nWho ? __eou__ Me . __eou__\nno mark\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_dialogues_as_json(tmp_path: Path) -> None:
    values = json.loads(run("--corpus", write(tmp_path / "a.txt", EOU * 9), "--format", "eou", "--json").stdout)
    assert {"format", "scenes", "lines", "speakers", "characters", "encoding", "repairs"} <= set(values)
    assert (values["format"], values["scenes"], values["lines"], values["repairs"]) == ("eou", 18, 45, {})
    assert (values["dialogues"], values["turns"], values["skipped"]) == (18, 45, 9)


def test_dialogues_for_people(tmp_path: Path) -> None:
    output = run("--corpus", write(tmp_path / "a.txt", EOU + EOU.replace("no mark", "") * 4)).stdout
    for words in (
        "eou: 10 of 11 lines have turns that end in __eou__",
        "10 dialogues (the longest has 3 turns), 25 turns (0 empty)",
        "speakers    none",
        "skipped     1 bad record",
        "a.txt, line 4: no __eou__ in the line: 'no mark'",
        "begins      - Hi .\n            - Ho .",
    ):
        assert words in output


def test_a_table_that_may_be_either_is_told_to_be(tmp_path: Path) -> None:
    path = tmp_path / "talks.csv"
    path.write_text("".join(f"How are you on day {n}?,I am fine for the {n}. time.\n" for n in range(30)))
    assert "train-chat reads this as csv-pairs; --format csv-pairs shows how" in run("--corpus", path).stdout
    asked = run("--corpus", path, "--format", "csv").stdout
    assert "read as     csv: " in asked and "train-chat" not in asked


def test_two_files_that_are_aligned(tmp_path: Path) -> None:
    files = [write(tmp_path / name, "one\ntwo\n") for name in ("questions.txt", "answers.txt")]
    values = json.loads(run("--corpus", *files, "--json").stdout)
    assert (values["format"], values["dialogues"], values["turns"]) == ("aligned", 2, 4)
    assert values["files"][0]["path"] == ", ".join(map(str, files))
    assert json.loads(run("--corpus", files[0], "--json").stdout)["format"] == "plain"


def test_a_script_is_shown_as_dialogues_when_asked(corpus: Path) -> None:
    values = json.loads(run("--corpus", corpus, "--format", "script", "--json").stdout)
    assert (values["format"], values["dialogues"], values["turns"]) == ("script", 30, sum(values["speakers"].values()))
    assert values["files"][0]["reason"].startswith("as asked for (colon: ")


@pytest.mark.parametrize("format", [name for name in DIALOGUE_FORMATS if name not in SCRIPT_FORMATS])
def test_scripts_are_not_trained_on_dialogue_formats(corpus: Path, format: str) -> None:
    result = CliRunner().invoke(cli, ["train-script", "--corpus", str(corpus), "--format", format])
    assert result.exit_code == 2
    assert "is not one of" in result.output


def test_a_model_as_json(untrained: Path) -> None:
    values = json.loads(run("--model", untrained, "--json").stdout)
    assert (values["kind"], values["level"], values["novelty_index"]) == ("script", "character", True)
    assert values["resumable"] is False  # there is no checkpoint before the first validation
    assert values["decoding"] == {"temperature": 0.8, "min_p": MIN_P["character"]}


def test_a_model_with_a_checkpoint_can_be_resumed(untrained: Path, tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.mkdir()
    for file in untrained.glob("*.*"):
        (path / file.name).write_bytes(file.read_bytes())
    (path / "training").mkdir()
    for name in ("run.json", NAME):
        (path / "training" / name).touch()
    assert json.loads(run("--model", path, "--json").stdout)["resumable"] is True
    (path / "training/adversarial").mkdir()
    for name in ("run.json", "checkpoint.safetensors"):  # as after --from MODEL --adversarial
        (path / "training" / name).rename(path / "training/adversarial" / name)
    assert json.loads(run("--model", path, "--json").stdout)["resumable"] is True


def test_a_model_for_people(untrained: Path) -> None:
    output = run("--model", untrained).stdout
    for words in ("2 x 24 LSTM", "character level", "show.txt", "temperature 0.8", "--no-copy   yes", "KRAMER 1"):
        assert words in output


def test_the_discriminator_of_a_model(untrained: Path, tmp_path: Path) -> None:
    assert json.loads(run("--model", untrained, "--json").stdout)["discriminator"] is None
    assert "--rerank    no: textgen train-discriminator has not been run" in run("--model", untrained).stdout
    folder = ModelFolder(with_discriminator(untrained, tmp_path / "model", "z"))
    model, metrics = folder.load(), {"accuracy": {"discriminator": 0.9}, "texts": 1328}
    likes("z", model.tokenizer, metrics=metrics, generator={"step": 1}).save(folder)
    facts = json.loads(run("--model", folder.path, "--json").stdout)["discriminator"]
    assert (facts["metrics"], facts["outdated"]) == (metrics, True)
    output = " ".join(run("--model", folder.path).stdout.split())
    assert "--rerank yes: right about 90.0% of 1,328 unseen lines; made before the model was last trained" in output


def test_the_discriminator_of_a_chat_model(tmp_path: Path) -> None:
    folder = ModelFolder(saved_model(tmp_path / "bot"))
    assert "--rerank no: textgen train-discriminator has not been run" in " ".join(
        run("--model", folder.path).stdout.split()
    )
    model, metrics = folder.load(), {"accuracy": {"discriminator": 0.7}, "texts": 900}
    likes("day", model.tokenizer, metrics=metrics).save(folder)
    assert "--rerank yes: right about 70.0% of 900 unseen replies" in " ".join(
        run("--model", folder.path).stdout.split()
    )


def test_exactly_one_of_model_and_corpus(untrained: Path, corpus: Path) -> None:
    for arguments in ([], ["--model", untrained, "--corpus", corpus], ["--model", untrained, "--format", "plain"]):
        assert run(*arguments).exit_code == 2


def test_no_model_there(tmp_path: Path) -> None:
    result = run("--model", tmp_path)
    assert result.exit_code != 0 and "no model.json" in str(result.exception)


def test_a_chatbot_is_described_too(chat_model: Path) -> None:
    output = run("--model", chat_model).stdout
    assert "chat, format version" in output
    assert "6 dialogues of 60 held out" in output


def test_the_model_that_comes_along_is_known_by_its_name() -> None:
    assert json.loads(run("--model", "smalltalk", "--json").stdout)["kind"] == "chat"


@pytest.mark.parametrize(("name", "measured"), [("english", "held_out_characters"), ("smalltalk", "characters")])
def test_a_model_measured_on_other_texts_says_so(name: str, measured: str) -> None:
    """Its corpus was not split, and yet something was held out."""
    others = open_folder(name).load_card().metrics[measured]
    output = " ".join(run("--model", name).stdout.split())
    assert others > 0 and f"all of it learned; {others:,} characters of other texts held out" in output
    assert "none of it held out" not in output


def test_a_model_that_nothing_was_held_out_of_says_so(tmp_path: Path) -> None:
    assert "none of it held out" in run("--model", saved_model(tmp_path / "model", split=None)).stdout


def test_a_long_text_is_wrapped_or_cut() -> None:
    text = "word " * 40
    wrapped = list(inspect.row("name", text))
    assert wrapped[0].startswith("name        word")
    assert all(line.startswith(" " * inspect.INDENT) and len(line) <= inspect.WIDTH for line in wrapped[1:])
    (short,) = inspect.short_row("", text)
    assert short.endswith("word …")


def test_a_text_without_spaces_is_cut_too() -> None:
    (short,) = inspect.short_row("begins", f"no speaker | {'山高月小' * 40}")
    assert short.startswith("begins      no speaker | 山高月小") and short.endswith("…")
    assert len(short) == inspect.WIDTH
    assert list(inspect.short_row("begins", "a 山高月小")) == ["begins      a 山高月小"]


def test_the_columns_of_a_table_and_what_they_were_taken_for(tmp_path: Path) -> None:
    table = write(
        tmp_path / "talk.csv", "id,Author,Content,Mood\n" + "1,eve,hello there,glad\n2,adam,hi,\n3,adam,,\n" * 4
    )
    (file,) = json.loads(run("--corpus", table, "--json").stdout)["files"]
    taken = [(column["name"], column["taken_for"]) for column in file["columns"]]
    assert taken == [("id", None), ("Author", "speaker"), ("Content", "text"), ("Mood", None)]
    assert "columns     1 id: -, 2 Author: speaker, 3 Content: text, 4 Mood: -" in run("--corpus", table).stdout
    told = run("--corpus", table, "--text-column", "4", "--speaker-column", "1", "--json").stdout
    assert json.loads(told)["speakers"] == {"1": 4}


def test_columns_of_what_is_no_table_are_refused(corpus: Path) -> None:
    done = run("--corpus", corpus, "--text-column", "said")
    assert "--text-column was given, but" in str(done.exception) and "looks like no table" in str(done.exception)


def test_many_speakers_and_files_are_not_all_shown() -> None:
    shown = " ".join(" ".join(inspect.speakers({f"s{number}": 1000 for number in range(13)})).split())
    assert shown.startswith("speakers 13: s0 1,000, s1 1,000, ")
    assert shown.endswith("s11 1,000, and 1 more")
    assert list(inspect.speakers({})) == ["speakers    none"]
    file = {"path": "a.txt", "bytes": 2000, "encoding": "utf-8", "format": "eou", "reason": "so"}
    file |= {"columns": [], "encoding_doubt": None}
    shown = list(inspect.corpus_files([file] * 12))
    assert shown[:2] == ["file        a.txt (2.0 kB, utf-8)", "read as     eou: so"]
    assert shown[-1].endswith("and 2 more files (--json lists all)")


def test_numbers() -> None:
    assert inspect.pairs({"bits_per_character": 1.65432, "words": 12000, "level": "word"}) == (
        "bits per character 1.654, words 12,000, level word"
    )
    assert (inspect.size(999_999), inspect.size(1_500_000)) == ("1000.0 kB", "1.5 MB")
