import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.training.tasks import talks
from textgen.cli.main import cli
from textgen.evaluation.copies import Copy, CorpusPlace, Novelty
from textgen.generation.chat_model import ChatModel
from textgen.model_folder import ModelFolder


@pytest.fixture(scope="module", autouse=True)
def few_beginnings() -> Iterator[None]:
    """A tenth of the pages that are begun without a prompt."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textgen.evaluation.report.BEGINNINGS", 10)
        yield


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["evaluate", *map(str, arguments)])


def test_the_json_object(untrained: Path, corpus: Path) -> None:
    result = run("--model", untrained, "--corpus", corpus, "--samples", 2, "--seed", 4, "--json")
    assert result.exit_code == 0, result.output
    values = json.loads(result.stdout)  # nothing but the object on stdout
    assert {"bits_per_character", "perplexity", "word_perplexity", "tokens", "characters", "words"} <= set(values)
    assert {"split", "lane_difference", "longest_copied_words", "copied_share"} <= set(values)
    assert {"invented_words", "bad_beginnings"} <= set(values)
    assert {"copied_text", "copied_at", "notes"} <= set(values)
    assert (values["split"], values["samples_lines"], values["samples_seed"]) == ("held-out", 2, 4)
    nats = values["tokens"] * math.log(values["perplexity"])
    assert values["bits_per_character"] == pytest.approx(nats / math.log(2) / values["characters"])
    assert values["word_perplexity"] == pytest.approx(math.exp(nats / (values["words"] + values["line_ends"])))


def test_the_whole_corpus_is_longer_than_its_held_out_part(untrained: Path, corpus: Path) -> None:
    result = run("--model", untrained, "--corpus", corpus, "--split", "all", "--samples", 0, "--json")
    values = json.loads(result.stdout)
    assert values["split"] == "all"
    assert values["characters"] == len(corpus.read_text())


def test_the_table_is_for_people(untrained: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = CorpusPlace("show.txt", 4, "[Scene 4]", 1234, "JERRY", "so you know what i mean")
    novelty = Novelty(2, 40, 0, Copy(("you", "know", "what"), place, word=1), copied_share=0.125)
    monkeypatch.setattr("textgen.evaluation.report.measure_novelty", lambda *arguments: novelty)
    result = run("--model", untrained, "--corpus", corpus, "--samples", 2)
    assert result.exit_code == 0, result.output
    for words in (
        "bits per character",
        "lane difference",
        "longest copy",
        "lower is better",
        "12.5%",
        "invented words",
        "bad beginnings",
    ):
        assert words in result.stdout
    assert '"you know what"' in result.stdout
    assert "in show.txt, line 1,234, scene 4 ([Scene 4]): JERRY: so you know what i mean" in result.stdout
    assert "Scoring the held-out part" in result.stderr
    assert max(map(len, result.stdout.split("\n"))) <= 110


def test_no_difference_has_no_minus(untrained: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textgen.evaluation.prediction.lane_difference", lambda *arguments: -1e-9)
    result = run("--model", untrained, "--corpus", corpus, "--samples", 0)
    assert "+0.0000" in result.stdout


def test_a_table_without_samples_says_so(untrained: Path, corpus: Path) -> None:
    result = run("--model", untrained, "--corpus", corpus, "--samples", 0)
    assert "Note: No samples were written" in result.stdout
    assert "longest copy" not in result.stdout


def test_a_model_without_a_split_has_no_held_out_part(untrained: Path, corpus: Path, tmp_path: Path) -> None:
    folder, model = ModelFolder(tmp_path / "model"), ModelFolder(untrained).load()
    known = {**model.card.corpus, "split": None, "characters": len(corpus.read_text())}
    folder.create(type(model.card)(**{**model.card.__dict__, "corpus": known}), model.tokenizer, model.weights)
    result = run("--model", folder.path, "--corpus", corpus, "--split", "held-out")
    assert result.exit_code != 0 and "--validation" in str(result.exception)


@pytest.mark.parametrize("arguments", [["--samples", -1], ["--split", "half"], ["--seed", "x"]])
def test_wrong_usage(untrained: Path, corpus: Path, arguments: list[object]) -> None:
    assert run("--model", untrained, "--corpus", corpus, *arguments).exit_code == 2


def test_model_and_corpus_are_required(untrained: Path) -> None:
    assert run("--model", untrained).exit_code == 2


def test_a_trained_chatbot_is_evaluated(chat_model: Path, dialogues: Path) -> None:
    result = run("--model", chat_model, "--corpus", dialogues, "--json")
    assert result.exit_code == 0, result.output
    values = json.loads(result.stdout)  # nothing but the object on stdout
    card = ModelFolder(chat_model).load_card()
    assert values["split"] == "held-out"
    # Whoever trained it scored the same replies, in TensorFlow.
    assert values["bits_per_character"] == pytest.approx(card.metrics["bits_per_character"], rel=1e-3)
    assert values["characters"] == card.metrics["held_out_characters"]
    assert values["perplexity"] < 0.1 * ChatModel(ModelFolder(chat_model).load()).network.vocabulary_size
    whole = json.loads(run("--model", chat_model, "--corpus", dialogues, "--json", "--split", "all").stdout)
    assert (whole["split"], whole["exchanges"] > values["exchanges"]) == ("all", True)
    assert whole["bleu_2"] is whole["frechet_distance"] is whole["copied_share"] is None
    assert len(whole["notes"]) == 2 and "script models only" in whole["notes"][-1]


def test_samples_of_a_chatbot_are_refused(chat_model: Path, dialogues: Path) -> None:
    result = run("--model", chat_model, "--corpus", dialogues, "--samples", 5)
    assert result.exit_code != 0
    assert "--samples 5 was asked for, but" in str(result.exception)
    assert run("--model", chat_model, "--corpus", dialogues, "--samples", 0).exit_code == 0


def test_the_table_of_a_chatbot_is_for_people(chat_model: Path, dialogues: Path) -> None:
    result = run("--model", chat_model, "--corpus", dialogues, "--split", "all")
    assert result.exit_code == 0, result.output
    for words in ("bits per character", "perplexity", "other context", "no context", "replies: all dialogues"):
        assert words in result.stdout
    assert "Note: This is the corpus the model was trained on" in result.stdout
    assert "Scoring all of the dialogues" in result.stderr
    assert max(map(len, result.stdout.split("\n"))) <= 110


def test_one_reply_has_no_talk_of_others(chat_model: Path, tmp_path: Path) -> None:
    one = talks(tmp_path / "one.jsonl", [[("Ann", "what colour is the soup?"), ("Bob", "the soup is green.")]])
    result = run("--model", chat_model, "--corpus", one, "--split", "all")
    assert result.exit_code == 0, result.output
    assert "no context" in result.stdout and "other context" not in result.stdout


def test_a_report_is_written_whole(untrained: Path, corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "reports" / "first"
    result = run("--model", untrained, "--corpus", corpus, "--samples", 5, "--report", folder, "--json")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in folder.iterdir()) == [
        "evaluation.json",
        "lengths.png",
        "report.md",
        "samples.txt",
    ]
    assert json.loads((folder / "evaluation.json").read_text()) == json.loads(result.stdout)
    page = (folder / "report.md").read_text()
    assert "| BLEU-4 |" in page and "0 to 1" in page and "seed 0" in page
    assert len(list(folder.parent.iterdir())) == 1


def test_a_report_damages_nothing(untrained: Path, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = run("--model", untrained, "--corpus", corpus, "--report", tmp_path)
    assert result.exit_code != 0 and "new or empty" in str(result.exception)
    assert "Scoring" not in result.stderr  # refused before any work
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_report_of_a_chatbot(chat_model: Path, dialogues: Path, tmp_path: Path) -> None:
    result = run("--model", chat_model, "--corpus", dialogues, "--report", tmp_path / "report")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["evaluation.json", "report.md"]


def test_written_lines_stand_beside_real_ones(untrained: Path, corpus: Path) -> None:
    result = run("--model", untrained, "--corpus", corpus, "--samples", 4)
    assert result.exit_code == 0, result.output
    for words in ("self-BLEU-5", "real text", "95 in 100 samples", "distinct-1", "well-formed lines", "near real text"):
        assert words in result.stdout
    assert max(map(len, result.stdout.split("\n"))) <= 110


def test_a_corpus_is_read_as_in_training_unless_told_otherwise(untrained: Path, corpus: Path, tmp_path: Path) -> None:
    folder, model = ModelFolder(tmp_path / "model"), ModelFolder(untrained).load()
    known = {**model.card.corpus, "reading": {"encoding": "utf-16-le"}}
    folder.create(type(model.card)(**{**model.card.__dict__, "corpus": known}), model.tokenizer, model.weights)
    as_trained = run("--model", folder.path, "--corpus", corpus, "--samples", 0)
    assert "it was read as plain" in str(as_trained.exception)
    told = run("--model", folder.path, "--corpus", corpus, "--samples", 0, "--encoding", "utf-8", "--json")
    assert json.loads(told.stdout)["split"] == "held-out"
