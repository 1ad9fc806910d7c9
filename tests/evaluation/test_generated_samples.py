"""Samples: so many, none of them twice, those of the model itself, and how they came about."""

from dataclasses import replace
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.generation.small import TOKENIZERS, Parrot, chat_model
from textgen.chatbot import Chatbot
from textgen.corpus.document import Line
from textgen.errors import ConfigurationError
from textgen.evaluation.generated_samples import GeneratedLines, GeneratedReplies, telling_quarters, write_lines
from textgen.model_folder import Model, ModelFolder
from textgen.tokenizers.base import END, LINE_END, START, TURN
from textgen.writer import ScriptWriter


def fake(format: str, asked: list[tuple[int, int, int]], shortfall: int = 0) -> ScriptWriter:
    """A writer whose lines say which seed they are from; it notes lines, sequences and seed of each request."""

    def write_several(lines: int, num_return_sequences: int, seed: int, watch: Any, **options: Any) -> list[Any]:
        asked.append((lines, num_return_sequences, seed))
        watch(lines * num_return_sequences // 2)
        texts = [Line(None, f"{seed + k} {options}") for k in range(num_return_sequences)]
        return [SimpleNamespace(lines=[text] * (lines - shortfall)) for text in texts]

    return cast(ScriptWriter, SimpleNamespace(style=SimpleNamespace(format=format), write_several=write_several))


def test_captions_are_the_lines_of_one_text_each_with_its_seed() -> None:
    asked: list[tuple[int, int, int]] = []
    assert len(write_lines(fake("captions", asked), 300, seed=7)) == 300
    assert asked == [(128, 1, 7), (128, 1, 135), (44, 1, 263)]


def test_seeds_begin_again_after_the_largest() -> None:
    asked: list[tuple[int, int, int]] = []
    write_lines(fake("captions", asked), 200, seed=2**64 - 1)
    assert [seed for *_, seed in asked] == [2**64 - 1, 127]


def test_scripts_are_written_in_pages_side_by_side() -> None:
    asked: list[tuple[int, int, int]] = []
    assert len(write_lines(fake("colon", asked), 120, seed=7)) == 120
    assert asked == [(50, 3, 7)]


def test_a_short_sample_is_one_short_page() -> None:
    asked: list[tuple[int, int, int]] = []
    assert len(write_lines(fake("colon", asked), 2, seed=0)) == 2
    assert asked == [(2, 1, 0)]


def test_pages_that_end_early_end_the_sample_early() -> None:
    assert len(write_lines(fake("colon", [], shortfall=20), 100, seed=0)) == 60


def test_options_reach_the_writer() -> None:
    (line,) = write_lines(fake("colon", []), 1, seed=0, temperature=0.5)
    assert "0.5" in line.text


def test_how_many_are_written_is_told_of_all_together() -> None:
    told: list[int] = []
    write_lines(fake("captions", []), 300, 0, told.append)
    assert told == [64, 128 + 64, 256 + 22]


@pytest.mark.slow
def test_a_model_tells_of_every_line(uniform: ScriptWriter) -> None:
    told: list[int] = []
    lines = write_lines(uniform, 60, 4, told.append)  # two pages side by side
    assert told == sorted(told) and set(range(1, len(lines) + 1)) <= set(told)


def test_quarters_are_told_but_for_the_last() -> None:
    told: list[str] = []
    watch = telling_quarters(1000, told.append)
    for lines in (1, 250, 251, 760, 1000, 1050):
        watch(lines)
    assert told == ["250 of 1,000 lines are written.", "760 of 1,000 lines are written."]


@pytest.mark.parametrize("count", [1, 3])
def test_lines_of_a_real_model(uniform: ScriptWriter, count: int) -> None:
    first, second = (write_lines(uniform, count, seed=4) for _ in range(2))
    assert first == second and len(first) == count


@pytest.fixture(scope="module")
def model(untrained: Path) -> Model:
    return ModelFolder(untrained).load()


def in_format(model: Model, format: str) -> Model:
    corpus = {**model.card.corpus, "style": {"format": format, "blank_lines": 0}}
    return replace(model, card=replace(model.card, corpus=corpus))


def say_the_seed(monkeypatch: pytest.MonkeyPatch, text: str = "{}") -> None:
    """Makes each line say from which seed it is: captions have one each, the lines of a page share one."""

    def write_several(writer: ScriptWriter, lines: int, num_return_sequences: int, seed: int, **options: Any) -> Any:
        captions = writer.style.format == "captions"
        seeds = [
            [seed + page * lines + line if captions else seed + page for line in range(lines)]
            for page in range(num_return_sequences)
        ]
        return [SimpleNamespace(lines=[Line(None, text.format(one)) for one in page]) for page in seeds]

    monkeypatch.setattr(ScriptWriter, "write_several", write_several)


def test_no_seed_writes_two_captions(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    say_the_seed(monkeypatch)
    texts = GeneratedLines(in_format(model, "captions"), 7, {}).write(1500, lambda text: None)
    assert len(texts) == len({tuple(text) for text in texts}) == 1500


def test_a_seed_writes_one_page(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    say_the_seed(monkeypatch)
    texts = GeneratedLines(in_format(model, "colon"), 7, {}).write(1000, lambda text: None)
    pages = [tuple(text) for text in texts]
    assert len(texts) == 1000
    assert all(pages.count(page) == 50 for page in set(pages))


def test_a_model_that_says_nothing_is_told(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    say_the_seed(monkeypatch, " ")
    with pytest.raises(ConfigurationError, match="25 lines were written without a word in any"):
        GeneratedLines(model, 0, {}).write(100, lambda text: None)


def test_ids_of_a_real_models_lines(model: Model) -> None:
    told: list[str] = []
    fresh = GeneratedLines(model, 3, {"temperature": 0.9})
    texts, again = (fresh.write(5, told.append) for _ in range(2))
    assert len(texts) == 5 and texts == again
    assert (fresh.decoding["temperature"], fresh.decoding["seed"]) == (0.9, 3)
    assert told[0].startswith("writing   5 lines (temperature 0.9")


@pytest.mark.parametrize(
    ("decoding", "sentence"),
    [
        ({"temperature": 0}, "which writes the same text each time"),
        ({"top_p": 2.0}, "top_p=2.0 was asked for"),
        ({"hurry": True}, "knows no such option"),
    ],
)
def test_options_that_make_no_sense_for_lines_are_refused_at_once(
    model: Model, decoding: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        GeneratedLines(model, 0, decoding)


WORDS = TOKENIZERS["word"]


def context(text: str) -> list[int]:
    return [START, *WORDS.encode(text), TURN]


CONTEXTS = [context(text) for text in ("hello there, how are you", "hello", "what a day", "tea")] * 40
"""More than are drawn side by side, and not in the order of their lengths."""


def write(seed: int = 3, contexts: list[list[int]] = CONTEXTS, **decoding: Any) -> list[str]:
    texts = GeneratedReplies(chat_model(), seed, decoding).write(contexts, lambda text: None)
    assert all(text[-1] == LINE_END for text in texts)
    return [WORDS.decode(text[:-1]) for text in texts]


def test_each_is_what_the_bot_would_say_to_that_message_with_that_seed() -> None:
    bot, found = Chatbot(chat_model()), write(max_new_tokens=12)
    for k, text in enumerate(["hello there, how are you", "hello", "what a day", "tea"]):
        assert bot.reply(text, seed=3 + k, candidates=1, max_new_tokens=12) == found[k]
        bot.reset()
    assert len(found) == len(CONTEXTS)
    assert len(set(found[1::4])) > 1  # the same message again is another draw


def test_the_same_seed_gives_the_same_replies() -> None:
    assert write() == write() != write(seed=4)


def test_replies_are_encoded_as_the_corpus_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh, letters = GeneratedReplies(chat_model(), 0, {}), [*chain(*map(WORDS.encode, "hello there "))]
    parrot = Parrot(WORDS, "")
    parrot.replies = [[*letters, END]]
    monkeypatch.setattr(fresh._chat, "network", parrot)
    (text,) = fresh.write([[START]], lambda text: None)
    assert text == [*WORDS.encode("hello there"), LINE_END]
    assert len(text) < len(letters)


def test_how_they_are_written_is_recorded_and_told() -> None:
    told: list[str] = []
    fresh = GeneratedReplies(chat_model(), 3, {"top_k": 5})
    fresh.write(CONTEXTS, told.append)
    assert fresh.decoding == {"temperature": 0.7, "max_new_tokens": 60, "top_k": 5, "seed": 3}
    assert told == [
        "writing   160 replies to real messages (temperature 0.7, max_new_tokens 60, top_k 5)",
        "          64 written",
        "          128 written",
        "          160 written",
    ]


@pytest.mark.parametrize(
    ("decoding", "sentence"),
    [
        ({"temperature": 0}, "which writes the same text each time"),
        ({"num_beams": 4}, "which writes the same text each time"),
        ({"top_p": 2.0}, "top_p=2.0 was asked for"),
        ({"lines": 3}, "makes no sense in a chat"),
    ],
)
def test_options_that_make_no_sense_for_replies_are_refused_at_once(decoding: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        GeneratedReplies(chat_model(), 0, decoding)
