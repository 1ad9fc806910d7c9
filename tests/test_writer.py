import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.generation.small import captions_model
from tests.training.tasks import prepared, script_task
from textgen.api import load
from textgen.config import Budget
from textgen.corpus.script import Script
from textgen.corpus.token_grammar import ScriptEncoder
from textgen.errors import ConfigurationError, TextgenError
from textgen.model_folder import ModelFolder
from textgen.tokenizers.base import START
from textgen.training.sizing import ScriptChoice
from textgen.writer import ScriptWriter

OPTIONS: list[dict[str, Any]] = [
    {"lines": 4},
    {"lines": 3, "temperature": 0},
    {"lines": 3, "temperature": 0, "num_beams": 3},
    {"max_new_tokens": 40},
    {"max_new_tokens": 60, "stop": ("e", "[")},
    {"lines": 3, "characters": ("elaine",)},
    {"lines": 3, "top_k": 20, "top_p": 0.9, "min_p": 0.01, "typical_p": 0.95, "repetition_penalty": 1.2},
    {"lines": 3, "no_repeat_ngram_size": 3, "no_copy": 8},
]
PROMPTS = ["", "JERRY:", "JERRY: The so", "[Scene 9: nothing]\nELAINE: Hello.\nJERRY:", "NEWMAN: Hello"]


@pytest.fixture(scope="module")
def writer(untrained: Path) -> ScriptWriter:
    return ScriptWriter(ModelFolder(untrained).load(), note=lambda text: None)


@pytest.fixture(scope="module")
def writers(writer: ScriptWriter, trained: Path) -> list[ScriptWriter]:
    """One that babbles and one that has learned a little."""
    return [writer, ScriptWriter(ModelFolder(trained).load(), note=lambda text: None)]


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_what_is_streamed_is_what_is_written(writers: list[ScriptWriter], prompt: str, options: dict[str, Any]) -> None:
    for writer in writers:
        written = writer.write(prompt, seed=5, **options)
        pieces = list(writer.stream(prompt, seed=5, **options))
        assert "".join(pieces) == written.text
        assert all(pieces)
        assert written.text.startswith(prompt)
        assert written.seed == 5
        assert written.log_probability <= 0.0
        written.text.encode()  # whole characters only


@pytest.mark.parametrize("level", ["word", "subword"])
def test_a_prompt_may_end_with_the_directions_behind_a_name(tmp_path: Path, level: str) -> None:
    corpus = tmp_path / "play.txt"
    corpus.write_text("ROMEO:\nWhat light is this?\n\nJULIET:\nThe light of the east.\n\n" * 80, encoding="utf-8")
    choice = ScriptChoice(level=level, embedding=8, hidden=8, layers=1, streams=4, window=8)
    folder = ModelFolder(tmp_path / "model")
    prepared(folder.path, script_task(corpus, choice), budget=Budget(steps=4))
    text = load(folder.path).write("ROMEO (aside):", lines=1, seed=1).text
    assert text.startswith("ROMEO:\n(aside)\n")  # there is no line break in a line of this corpus


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_the_same_seed_writes_the_same_text_and_another_one_another(
    writer: ScriptWriter, untrained: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    texts = {writer.write(seed=3, **options).text for _ in range(2)}
    moved = load(shutil.copytree(untrained, tmp_path / "moved"))
    assert texts == {moved.write(seed=3, **options).text}
    if options.get("temperature") != 0:
        assert writer.write(seed=4, **options).text not in texts


def test_saving_and_loading_again_changes_nothing(writer: ScriptWriter, untrained: Path, tmp_path: Path) -> None:
    model = ModelFolder(untrained).load()
    ModelFolder(tmp_path / "again").create(model.card, model.tokenizer, model.weights)
    assert load(tmp_path / "again").write(seed=3, lines=4).text == writer.write(seed=3, lines=4).text


def test_of_several_texts_each_is_the_one_of_its_seed_alone(writers: list[ScriptWriter]) -> None:
    for writer in writers:
        together = writer.write_several("JERRY:", seed=20, lines=3, num_return_sequences=4)
        alone = [writer.write("JERRY:", seed=20 + number, lines=3) for number in range(4)]
        assert [script.text for script in together] == [script.text for script in alone]
        assert [script.seed for script in together] == [20, 21, 22, 23]
        for ours, theirs in zip(together, alone, strict=True):
            assert ours.log_probability == pytest.approx(theirs.log_probability, abs=1e-2)
        assert len({script.text for script in together}) == 4


def test_a_seed_that_was_not_given_is_told_and_writes_the_text_again(writer: ScriptWriter) -> None:
    first, second = writer.write(lines=2), writer.write(lines=2)
    assert first.seed != second.seed
    assert writer.write(lines=2, seed=first.seed).text == first.text


def test_lines_are_counted(writers: list[ScriptWriter]) -> None:
    for writer in writers:
        for count in (1, 5):
            script = writer.write(lines=count, seed=1)
            assert len(script.lines) == count
            assert script.finish_reason == "lines"
            assert script.text.endswith("\n")


def test_twenty_lines_where_nothing_is_said(writer: ScriptWriter) -> None:
    assert len(writer.write(seed=2).lines) == 20


def test_a_number_of_tokens_may_end_inside_a_line(writer: ScriptWriter) -> None:
    script = writer.write("JERRY: The ", max_new_tokens=7, seed=1)
    assert script.finish_reason == "length"
    assert len(script.lines) >= 1


def test_the_log_probability_is_that_of_the_model(writers: list[ScriptWriter]) -> None:
    writer = writers[1]
    script = writer.write(lines=2, seed=6, temperature=0)
    ids = ScriptEncoder(writer.tokenizer).encode_script(Script(script.scenes, script.style))[:-1]
    model, state, expected = writer.model, writer.model.initial_state(), 0.0
    assert ids[0] == START
    for token, following in itertools.pairwise(ids):
        logits, state = model.step(np.array([token]), state)
        wide = logits[0].astype(np.float64)
        expected += wide[following] - np.log(np.exp(wide).sum())
    assert expected < -1.0
    assert script.log_probability == pytest.approx(expected, abs=1e-2)


@pytest.mark.parametrize("names", [("jerry",), ("Elaine", "GEORGE"), ("kramer",), ("kramer", "jerry")])
def test_only_the_characters_asked_for_get_new_lines(writers: list[ScriptWriter], names: tuple[str, ...]) -> None:
    wanted = {name.upper() for name in names}
    for writer in writers:
        for seed in range(3):
            script = writer.write(lines=5, seed=seed, characters=names)
            assert len(script.lines) == 5
            assert {line.speaker for line in script.lines} <= wanted
            prompted = writer.write("NEWMAN: Hello, Jerry.\n", lines=4, seed=seed, characters=names)
            assert {line.speaker for line in prompted.lines[1:]} <= wanted
            assert prompted.lines[0].speaker == "NEWMAN"


@pytest.mark.parametrize("prompt", [None, 5, b"JERRY:"])
def test_what_is_no_text_is_refused(writer: ScriptWriter, prompt: Any) -> None:
    for write in (writer.write, writer.stream, writer.score):
        with pytest.raises(ConfigurationError, match="it must be a text: give a str"):
            write(prompt)


def test_an_unknown_character_is_refused_with_the_nearest_names(writer: ScriptWriter) -> None:
    with pytest.raises(ConfigurationError, match=r"'elane' was asked for, .* the nearest are ELAINE"):
        writer.write(characters=["elane"])
    with pytest.raises(ConfigurationError, match=r"'zzz' was asked for, .* no such speaker; there are [A-Z]+, "):
        writer.write(characters=["zzz"])


def test_a_part_of_a_name_finds_the_only_character_with_it(untrained: Path) -> None:
    notes: list[str] = []
    writer = ScriptWriter(ModelFolder(untrained).load(), notes.append)
    writer.opened.card.corpus["speakers"] = {
        **writer.opened.card.corpus["speakers"],
        "Ross Geller": 1,
        "Mona Geller": 1,
    }
    script = writer.write(lines=3, seed=1, characters=["ross"])
    assert {line.speaker for line in script.lines} == {"Ross Geller"}
    assert notes == ["The character 'ross' is taken for 'Ross Geller', the only one with that in the name."]
    with pytest.raises(
        ConfigurationError, match=r"part of 2 names of the corpus: 'Ross Geller', 'Mona Geller'; .* whole name"
    ):
        writer.write(characters=["geller"])
    with pytest.raises(ConfigurationError, match="no such speaker"):
        writer.write(characters=["gell"])


def test_a_prompt_is_understood_and_continued(writers: list[ScriptWriter]) -> None:
    prompt = "[Scene 9: the soup]\nJERRY: Hello.\nELAINE: The so"
    for writer in writers:
        script = writer.write(prompt, lines=3, seed=1)
        assert script.text.startswith(prompt)
        (scene, *_) = script.scenes
        assert scene.heading == "[Scene 9: the soup]"
        assert (scene.lines[0].speaker, scene.lines[0].text) == ("JERRY", "Hello.")
        assert scene.lines[1].speaker == "ELAINE"
        assert scene.lines[1].text.startswith("The so")


def test_a_prompt_is_put_into_the_corpus_habits_and_that_is_told_once(untrained: Path) -> None:
    notes: list[str] = []
    writer = ScriptWriter(ModelFolder(untrained).load(), notes.append)
    for _ in range(2):
        assert writer.write("jerry: It\u2019s\r\nELAINE:", lines=2, seed=1).text.startswith("JERRY: It's\nELAINE:")
    assert notes == ["The prompt was put into the corpus's own case and quotation marks."]


def test_notes_go_to_stderr(untrained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(untrained).write("JERRY: It\u2019s", lines=1, seed=1)
    out, err = capsys.readouterr()
    assert (out, err) == ("", "The prompt was put into the corpus's own case and quotation marks.\n")


def test_weights_that_no_validation_has_chosen_are_told(untrained: Path, tmp_path: Path) -> None:
    folder, notes = ModelFolder(Path(shutil.copytree(untrained, tmp_path / "model"))), list[str]()
    folder.save_metrics({})
    writer = ScriptWriter(folder.load(), note=notes.append)
    assert notes == []
    for _ in range(2):
        writer.write(lines=1, seed=1)
    assert notes == [folder.load_card().warning]
    assert notes[0].startswith("No validation has chosen this model's weights yet")


def test_a_page_has_the_characters_of_the_corpus_and_of_its_prompt_only(untrained: Path, corpus: Path) -> None:
    writer, alphabet = load(untrained), set(corpus.read_text(encoding="utf-8"))
    for seed in range(20):
        assert set(writer.write(lines=3, seed=seed, temperature=1.5).text) <= alphabet
    heard = writer.write("JERRY: é€", max_new_tokens=300, temperature=1.5, seed=1).text
    assert set(heard) <= alphabet | set("é€")
    assert set(heard[len("JERRY: é€") :]) & set("é€")


@pytest.mark.parametrize("prompt", ["JERRY: \ud83d", "\udcff", "JERRY: the \ud83d soup"])
def test_half_a_surrogate_pair_in_a_prompt_is_told(writer: ScriptWriter, prompt: str) -> None:
    with pytest.raises(TextgenError, match="surrogate"):
        writer.write(prompt, lines=1)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"temprature": 1}, "'temprature' was given, but writing knows no such option: did you mean temperature"),
        ({"xyzzy": 1}, "choose from lines, characters, temperature, top_k"),
        ({"temperature": -1}, "temperature=-1 was asked for"),
        ({"num_beams": 2, "temperature": 0.5}, "beam search draws nothing"),
        ({"lines": 0}, "lines=0"),
    ],
)
def test_options_that_make_no_sense_are_refused(writer: ScriptWriter, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        writer.write(**options)


def test_the_defaults_of_the_model_hold_unless_said_otherwise(writer: ScriptWriter) -> None:
    assert writer.options().temperature == 0.8
    assert writer.options(temperature=0.3).temperature == 0.3
    assert writer.options(num_beams=4).temperature == 0
    assert writer.options().lines == 20
    assert writer.options(max_new_tokens=9).lines is None


def test_no_copy_without_an_index_is_told(untrained: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(untrained, tmp_path / "model"))
    (path / "novelty.bin").unlink()
    with pytest.raises(ConfigurationError, match=r"has no novelty\.bin"):
        load(path).write(lines=1, no_copy=8)


def test_json_holds_what_is_promised(writer: ScriptWriter) -> None:
    script = writer.write("JERRY: Hello.\nELAINE: He", lines=3, seed=1)
    values = json.loads(json.dumps(script.to_json_object()))
    assert {"text", "lines", "seed", "finish_reason", "log_probability", "relaxed"} <= set(values)
    assert values["text"] == script.text
    assert values["lines"] == [{"speaker": line.speaker, "text": line.text} for line in script.lines]
    assert (values["seed"], values["finish_reason"]) == (1, "lines")
    assert Script.from_json(json.dumps(values)).scenes == script.scenes


def test_a_script_in_fountain_comes_back(writers: list[ScriptWriter]) -> None:
    script = writers[1].write(lines=6, seed=1)
    assert [line.speaker for line in Script.from_fountain(script.to_fountain()).lines] == [
        line.speaker for line in script.lines
    ]


@pytest.mark.parametrize("change", [lambda card: card.pop("temperature"), lambda card: card.update(temperature=0.1)])
def test_decoding_defaults_come_from_the_folder(
    untrained: Path, tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    path = Path(shutil.copytree(untrained, tmp_path / "model"))
    card = json.loads((path / "model.json").read_bytes())
    change(card["decoding"])
    (path / "model.json").write_text(json.dumps(card), encoding="utf-8")
    assert load(path).options().temperature == card["decoding"].get("temperature", 0.8)


@pytest.mark.slow
def test_nobody_is_made_up(untrained: Path) -> None:
    """Spelled names are those of the corpus: a model that babbles could spell anything."""
    writer = ScriptWriter(ModelFolder(untrained).load(), note=lambda text: None)
    speakers = {
        line.speaker
        for script in writer.write_several(lines=40, seed=1, num_return_sequences=4)
        for line in script.lines
    }
    assert speakers == {"JERRY", "ELAINE", "GEORGE", "KRAMER"}


def test_a_speaker_in_the_prompt_who_is_not_in_the_corpus_is_told_once(untrained: Path) -> None:
    notes: list[str] = []
    writer = ScriptWriter(ModelFolder(untrained).load(), note=notes.append)
    for _ in range(2):
        assert writer.write("NEWMAN: Hello", lines=1, seed=1).lines[0].speaker == "NEWMAN"
    writer.write("kramer: Hello", lines=1, seed=1)
    assert notes == ["The prompt's speaker 'NEWMAN' does not occur in the corpus, and is taken as typed."]


def test_what_cannot_be_done_is_refused_before_anything_is_written(untrained: Path) -> None:
    writer = ScriptWriter(ModelFolder(untrained).load(), note=lambda text: None)
    with pytest.raises(ConfigurationError, match="'BOB' was asked for"):
        writer.stream("JERRY:", characters=["BOB"])


def test_another_writer_with_the_same_model_tells_its_notes_elsewhere(writer: ScriptWriter) -> None:
    first, second = list[str](), list[str]()
    for notes in (first, second):
        other = writer.another(notes.append)
        assert other.opened is writer.opened
        other.write("Newman: Hello.\n", lines=1, seed=1)
    assert first == second and "'Newman' does not occur" in first[0]


@pytest.mark.parametrize("prompt", ["JERRY: hel", "JERRY:", "Newman: the so", "JERRY: The soup. ", ""])
def test_a_request_knows_what_the_prompt_has_given(writer: ScriptWriter, prompt: str) -> None:
    request = writer.another(lambda note: None).request(prompt, lines=1, seed=2)
    text = "".join(request.pieces())
    assert text == writer.another(lambda note: None).write(prompt, lines=1, seed=2).text
    assert text[: request.given].rstrip() == prompt.rstrip()
    assert request.script(request.sequences).text == text


@pytest.fixture(scope="module")
def stored() -> ScriptWriter:
    found = load(Path(__file__).parent / "data" / "script-v2")
    assert isinstance(found, ScriptWriter)
    return found


def test_a_stop_string_in_the_prompt_ends_nothing(stored: ScriptWriter) -> None:
    for prompt, stop in (("JERRY: Is it you?", "?"), ("JERRY: the END", "END"), ("JERRY: the soup", "so")):
        written = stored.write(prompt, stop=[stop], lines=3, seed=1)
        assert written.text.startswith(prompt) and len(written.text) > len(prompt)
        assert "".join(stored.stream(prompt, stop=[stop], lines=3, seed=1)) == written.text


@pytest.mark.parametrize(
    "options", [{"num_return_sequences": 3}, {"rerank": True}, {"rerank": 1.0}, {"num_beams": "4"}, {"num_beams": None}]
)
def test_nothing_is_taken_and_then_ignored(stored: ScriptWriter, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        stored.write("JERRY:", **options)
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        stored.stream("JERRY:", **options)


@pytest.fixture
def captions() -> tuple[ScriptWriter, list[str]]:
    """A writer of captions, and what it notes."""
    notes = list[str]()
    return ScriptWriter(captions_model(), note=notes.append), notes


def test_without_drawing_there_are_as_many_captions_as_beams(captions: tuple[ScriptWriter, list[str]]) -> None:
    writer, notes = captions
    assert len(writer.write(temperature=0).lines) == 1 and "lines is 1" in notes[-1]
    assert len(writer.write(lines=5, num_beams=2).lines) == 2 and "lines is 2" in notes[-1]
    assert len(writer.write(lines=3, seed=1).lines) == 3
    found = writer.write_several(lines=3, num_beams=4, num_return_sequences=2)
    assert [len(script.lines) for script in found] == [2, 2] and "lines is 2" in notes[-1]


@pytest.mark.parametrize("text", ["", "good d"])
def test_a_caption_knows_nothing_of_those_before_it(captions: tuple[ScriptWriter, list[str]], text: str) -> None:
    writer, _ = captions
    assert writer.next_tokens(f"hello there\na day\n{text}") == writer.next_tokens(text)
    alone, after = (writer.write(before + text, lines=2, seed=4) for before in ("", "hello there\na day\n"))
    assert after.text == f"hello there\na day\n{alone.text}"
    assert after.log_probability == alone.log_probability


@pytest.mark.parametrize("options", [{}, {"stop": ["e"]}, {"max_new_tokens": 3}])
@pytest.mark.parametrize("prompt", ["", "good d", "hello there\n", "hello there\ngood d"])
def test_captions_are_lines_however_they_end(
    captions: tuple[ScriptWriter, list[str]], prompt: str, options: dict[str, Any]
) -> None:
    writer, _ = captions
    whole, begun = prompt.count("\n"), prompt.rpartition("\n")[2]
    written = writer.write(prompt, lines=3, seed=4, **options)
    lines = written.text.splitlines()
    assert len(lines) == whole + 3 and written.text.startswith(prompt)
    assert [line.text for line in written.lines] == lines and all(line.startswith(begun) for line in lines[whole:])
    assert "".join(writer.stream(prompt, lines=3, seed=4, **options)) == written.text
