import gc
import math
import os
import sys
import tracemalloc
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import textgen
from tests.discriminator.small import hears, likes, put_discriminator, with_discriminator
from tests.generation.small import TOKENIZERS, Parrot, chat_model, saved_model, with_decoding
from textgen.chatbot import Chatbot, ChatOptions, Reply, as_character
from textgen.decoding.options import chat_options
from textgen.discriminator.file import discriminator_path
from textgen.errors import ConfigurationError, ModelError, TextgenError
from textgen.generation.conversation import ChatExchange, clean
from textgen.model_folder import ModelFolder

MODELS = {level: chat_model(level) for level in TOKENIZERS}
BOTS = {level: Chatbot(model) for level, model in MODELS.items()}
SEED = 5


def make(level: str = "word", **options: Any) -> Chatbot:
    bot = Chatbot(MODELS[level])
    bot.set(**{"seed": SEED, "candidates": 3, **options})
    return bot


def parrot(*replies: str, **options: Any) -> Chatbot:
    """A bot that says these replies in turn."""
    bot = make(**{"candidates": 1, **options})
    bot._responder.network = Parrot(bot.tokenizer, *replies)  # type: ignore[attr-defined]
    return bot


def said(bot: Chatbot) -> list[str]:
    return [turn.text for turn in bot.turns]


ANYTHING = st.text(st.characters(codec=None), max_size=40) | st.sampled_from(
    [
        "",
        " \n\t",
        "😀👩‍👩‍👧",
        "word " * 10_000,
        "\x00\x1b[2J\x7f\x9b",
        "\ud800\udfff\udc00",
        "你好吗",
        "שלום",
        "\u202e",
        "/help",
        "a" * 5000,
    ]
)


@given(st.sampled_from(sorted(BOTS)), ANYTHING, st.sampled_from([1, 3]))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_anything_is_answered_with_one_line(level: str, text: str, candidates: int) -> None:
    bot = BOTS[level]
    reply = bot.reply(text, candidates=candidates)
    assert isinstance(reply, Reply) and reply.strip()
    assert len(reply.splitlines()) == 1
    reply.encode()
    assert [(turn.text, turn.speaker) for turn in bot.turns[-2:]] == [(clean(text), "user"), (reply, "bot")]


@pytest.mark.slow
@given(st.sampled_from(sorted(BOTS)), st.lists(ANYTHING, min_size=1, max_size=3), st.integers(0, 2**32))
def test_the_same_seed_and_conversation_give_the_same_reply(level: str, messages: list[str], seed: int) -> None:
    alone, streamed = make(level, seed=seed), make(level, seed=seed)
    for message in messages:
        assert "".join(streamed.stream(message)) == alone.reply(message)
    assert alone.turns == streamed.turns
    assert alone.last_reply is not None and streamed.last_reply is not None
    assert alone.last_reply.seed == streamed.last_reply.seed


def test_the_seed_of_a_reply_makes_it_again() -> None:
    bot = make(seed=None)
    bot.reply("hello")
    for reply in (bot.reply("and you?"), bot.retry(), bot.retry()):
        bot.undo()
        assert bot.reply("and you?", seed=reply.seed) == reply
        assert bot.last_reply is not None and bot.last_reply.seed == reply.seed


def test_fresh_conversations_have_fresh_seeds() -> None:
    bot = make(seed=None)
    first, seed = bot.reply("hello"), bot.seed
    bot.reset()
    assert bot.seed != seed
    assert bot.turns == ()
    bot.set(seed=seed)
    assert bot.reply("hello") == first
    assert bot.seed == seed


def test_turns_of_one_conversation_have_different_seeds() -> None:
    bot = make()
    assert len({bot.reply("hello").seed for _ in range(5)}) == 5


@pytest.mark.parametrize("message", [None, 5, b"hello"])
def test_what_is_no_text_is_refused(message: Any) -> None:
    bot = make()
    for say in (bot.reply, bot.stream, bot.score):
        with pytest.raises(ConfigurationError, match="it must be a text: give a str"):
            say(message)


def test_undo_takes_back_the_last_exchange() -> None:
    bot = make()
    first = bot.reply("hello")
    second = bot.reply("and you?")
    assert said(bot) == ["hello", first, "and you?", second]
    assert bot.undo()
    assert said(bot) == ["hello", first]
    assert bot.reply("and you?") == second
    assert bot.undo() and bot.undo()
    assert not bot.undo()
    assert bot.turns == ()


def test_retry_replaces_the_last_reply() -> None:
    bot = make(temperature=1.5)
    bot.say_first()
    first = bot.reply("hello")
    others = [bot.retry(), "".join(bot.stream_retry())]
    assert len({first, *others}) == 3
    assert said(bot)[1:] == ["hello", others[-1]]
    again = make(temperature=1.5)
    again.say_first()
    again.reply("hello")
    assert [again.retry(), again.retry()] == others


def test_the_bot_may_begin() -> None:
    bot = make()
    opening = bot.say_first()
    assert [(turn.text, turn.speaker) for turn in bot.turns] == [(opening, "bot")]
    bot.undo()
    assert "".join(bot.stream_first()) == opening
    retried = bot.retry()
    assert said(bot) == [retried]
    more = bot.say_first()
    assert said(bot) == [retried, more]


def test_only_the_last_turns_are_read() -> None:
    bot = parrot("one", "two", "three", "four")
    for text in ("a", "", "b", "c"):
        bot.reply(text)
    network = bot._responder.network  # type: ignore[attr-defined]
    readable = [[bot.tokenizer.decode(part) for part in _turns(context)] for context in network.contexts]
    assert readable == [["a"], ["a", "one"], ["one", "two", "b"], ["b", "three", "c"]]


def _turns(context: list[int]) -> list[list[int]]:
    parts: list[list[int]] = [[]]
    for token in context[1:]:
        if token == 3:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts[:-1]


def test_candidates_and_picking() -> None:
    bot = make(candidates=5)
    first = bot.reply("hello")
    ranked = bot.candidates(5)
    assert len(ranked) > 1
    assert ranked[0].reply == first
    assert said(bot) == ["hello", first]
    for number in (2, 1, len(ranked)):
        assert bot.pick(number) == ranked[number - 1].reply
        assert said(bot) == ["hello", ranked[number - 1].reply]
    assert bot.undo()
    assert bot.turns == ()


@pytest.mark.parametrize("number", [0, -1, 99, "1", 1.0])
def test_a_candidate_that_is_not_there_is_told(number: Any) -> None:
    bot = make()
    bot.reply("hello")
    with pytest.raises(ConfigurationError, match="none were asked for since the last reply"):
        bot.pick(1)
    bot.candidates(3)
    with pytest.raises(ConfigurationError, match=r"there are [23]: ask for candidates, then pick one"):
        bot.pick(number)


@pytest.mark.parametrize("change", [lambda bot: bot.reply("x"), lambda bot: bot.retry(), lambda bot: bot.say_first()])
def test_candidates_are_those_of_the_last_reply(change: Any) -> None:
    bot = make()
    bot.reply("hello")
    bot.candidates(3)
    change(bot)
    with pytest.raises(ConfigurationError, match="none were asked for"):
        bot.pick(1)


def test_where_nothing_was_said_there_is_nothing_to_say_again() -> None:
    bot = make()
    for ask in (bot.retry, bot.stream_retry, bot.candidates, lambda: bot.pick(1)):
        with pytest.raises(ConfigurationError, match="nothing was said yet: say something first"):
            ask()


@pytest.mark.parametrize("candidates", [1, 3])
@pytest.mark.parametrize("blocked", [(), ("tea",)])
def test_a_stream_that_is_closed_early_remembers_what_was_shown(candidates: int, blocked: tuple[str, ...]) -> None:
    bot = parrot("hello there, how are you today?", candidates=candidates, blocked=blocked)
    pieces = bot.stream("hi")
    shown = next(pieces) + next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert said(bot) == ["hi", shown]
    assert bot.last_reply is not None and bot.last_reply.finish_reason == "interrupted"
    assert bot.retry() == "hello there, how are you today?"
    assert said(bot) == ["hi", "hello there, how are you today?"]


def test_a_stream_of_which_nothing_was_shown_leaves_everything() -> None:
    bot = make()
    first = bot.reply("hello")
    for pieces in (bot.stream("and you?"), bot.stream_retry(), bot.stream_first()):
        pieces.close()  # type: ignore[attr-defined]
    assert said(bot) == ["hello", first]


def test_a_retry_that_is_closed_early_replaces_what_it_was_to_replace() -> None:
    bot = parrot("hello there, how are you today?", "what a day it is")
    bot.reply("hi")
    pieces = bot.stream_retry()
    shown = next(pieces)
    assert said(bot) == ["hi", "hello there, how are you today?"]
    pieces.close()  # type: ignore[attr-defined]
    assert said(bot) == ["hi", shown] == ["hi", "what"]


def test_a_failure_in_the_middle_remembers_what_was_shown() -> None:
    bot = parrot("hello there, how are you today?")
    network = bot._responder.network  # type: ignore[attr-defined]
    step, steps = network.step, []

    def interrupted(*given: Any) -> Any:
        steps.append(1)
        if len(steps) > 3:
            raise KeyboardInterrupt
        return step(*given)

    network.step = interrupted
    with pytest.raises(KeyboardInterrupt):
        list(bot.stream("hi"))
    assert said(bot) == ["hi", "hello there,"]


def test_a_reply_that_would_begin_with_a_stop_text_is_empty_and_not_remembered() -> None:
    bot = parrot("hello there")
    reply = bot.reply("hi", stop="hello")
    assert (reply, reply.finish_reason) == ("", "stop")
    assert bot.turns == ()
    assert list(bot.stream("hi", stop="hello")) == []


def test_what_makes_no_sense_is_told_before_anything_is_written() -> None:
    bot = make()
    for options in ({"temperature": -1}, {"candidates": 0}, {"lines": 2}, {"no_copy": 8}, {"seed": -1}, {"seed": "a"}):
        with pytest.raises(ConfigurationError):
            bot.stream("hello", **options)
    assert bot.turns == ()


def test_options_are_kept_or_hold_once() -> None:
    bot = Chatbot(with_decoding(chat_model(), temperature=0.6, max_new_tokens=20))
    assert bot.options == ChatOptions(temperature=0.6, max_new_tokens=20)
    bot.set(temperature=0.9, candidates=2)
    assert bot.options.temperature == 0.9
    bot.reply("hello", temperature=0.1, candidates=1)
    assert (bot.options.temperature, bot.options.candidates) == (0.9, 2)
    with pytest.raises(ConfigurationError):
        bot.set(candidates=4, temperature=-1)
    with pytest.raises(ConfigurationError, match=r"has no novelty.bin.* leave no_copy out \(0 turns it off\)"):
        bot.set(candidates=4, no_copy=8)
    assert (bot.options.candidates, bot.options.no_copy) == (2, 0)
    bot.set(num_beams=3)
    assert bot.options.greedy
    assert bot.reply("hello").candidates <= 2
    assert bot.reply("hello", num_beams=1, temperature=0.5)
    bot.set(num_beams=1)
    assert bot.options.temperature == 0.9  # what a person has set comes back


def test_what_is_set_again_and_again_takes_no_more_room() -> None:
    bot = Chatbot(with_decoding(chat_model(), temperature=0.6))
    for number in range(20):
        bot.set(num_beams=1, temperature=0.1 + number / 10)
        bot.set(num_beams=1 + number % 2)
        bot.set(top_p=0.5)
    assert len(bot._kept) == 2 and sum(map(len, bot._kept)) <= 5
    assert (bot.options.num_beams, bot.options.temperature, bot.options.top_p) == (2, 0, 0.5)
    bot.set(num_beams=1)
    assert bot.options.temperature == 2.0


def test_beams_for_one_reply_leave_no_temperature_behind() -> None:
    bot = Chatbot(with_decoding(chat_model(), temperature=0.6, max_new_tokens=20))
    bot.set(num_beams=4)
    assert chat_options(bot._responder.defaults, *bot._kept, {"num_beams": 1}).temperature == 0.6
    assert chat_options(bot._responder.defaults, *bot._kept, {"top_k": 5}).greedy


def test_another_reply_is_written_when_it_is_asked_for() -> None:
    bot = Chatbot(chat_model())
    with pytest.raises(ConfigurationError, match="nothing was said"):
        bot.stream_retry()
    bot.reply("hello", seed=1)
    with pytest.raises(ConfigurationError):
        bot.stream_retry(temperature=-1)
    with patch.object(Chatbot, "_begin_again", side_effect=AssertionError("too early")):
        bot.stream_retry(temperature=1.0)


@pytest.mark.slow
@pytest.mark.parametrize("level", TOKENIZERS)
def test_blocked_words_never_occur(level: str) -> None:
    bot = make(level, temperature=1.3)
    common = [
        word
        for word in ("a", "day", "hello", "i", "you", "it")
        if any(word in bot.reply("hi", candidates=1).casefold().split() for _ in range(30))
    ]
    assert level != "word" or common
    bot.set(blocked=tuple(common) or ("a",))
    for _ in range(20):
        for options in ({"candidates": 1}, {"max_new_tokens": 5}, {"num_beams": 2, "temperature": 0}):
            assert not set(common) & set(bot.reply("hi", **options).casefold().split())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_saved_conversation_is_private(tmp_path: Path) -> None:
    bot = make(seed=0)
    bot.save(tmp_path / "talk.json")
    assert (tmp_path / "talk.json").stat().st_mode & 0o777 == 0o600
    (tmp_path / "talk.json").chmod(0o640)  # by hand, for a group
    bot.save(tmp_path / "talk.json")
    assert (tmp_path / "talk.json").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("seed", [None, *range(20)])
def test_saving_and_opening(tmp_path: Path, seed: int | None) -> None:
    bot = make(seed=seed)
    bot.say_first()
    bot.reply("hello\nyou \ud83d")
    bot.retry()
    bot.save(tmp_path / "talk.json")
    other = make(seed=None)
    other.reply("something else")
    other.candidates(2)
    assert other.open(str(tmp_path / "talk.json")) == bot.name
    assert other.turns == bot.turns
    assert other.seed == bot.seed
    with pytest.raises(ConfigurationError):
        other.pick(1)
    assert other.retry() == bot.retry()
    assert other.reply("and you?") == bot.reply("and you?")
    assert other.undo() and other.undo() and other.undo() and not other.undo()


@pytest.mark.parametrize("data", [b"", b"{}", b"[1, 2]", b"\xff\xfe", b'{"format": "textgen conversation"}'])
def test_a_damaged_file_leaves_the_conversation_in_hand(tmp_path: Path, data: bytes) -> None:
    bot = make()
    bot.reply("hello")
    before = bot.turns
    (tmp_path / "talk.json").write_bytes(data)
    for path in (tmp_path / "talk.json", tmp_path / "nowhere.json"):
        with pytest.raises(TextgenError):
            bot.open(path)
    assert bot.turns == before
    assert bot.reply("and you?")


def test_a_model_folder_talks(tmp_path: Path) -> None:
    bot = Chatbot(ModelFolder(saved_model(tmp_path / "tea")).load())
    assert (bot.name, bot.path, bot.card.kind) == ("tea", tmp_path / "tea", "chat")
    assert bot.reply("hello")


@pytest.mark.slow
def test_a_long_conversation_needs_no_more_for_a_reply() -> None:
    bot = make(candidates=1, max_new_tokens=4)

    def memory_after(turns: int) -> int:
        for _ in range(turns):
            bot.reply("hello")
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        # The draws of the last 256 seeds are kept: tests before may have left these ones, and after as many turns again
        # all that are kept were made here.
        before = memory_after(600)
        grown = memory_after(100) - before
    finally:
        tracemalloc.stop()
    assert grown < 100 * 2_000  # a turn is kept with its reply, its seed and little else


def test_a_retry_says_something_else_where_it_can(chat_model: Path) -> None:
    bot = Chatbot(ModelFolder(chat_model).load())
    bot.set(temperature=1.5, candidates=16, seed=3)
    said = [bot.reply("hello"), *(bot.retry() for _ in range(4))]
    assert len({reply.casefold() for reply in said}) == 5


def test_a_retry_of_a_bot_that_is_sure_takes_another_candidate() -> None:
    bot = textgen.load("smalltalk")
    assert isinstance(bot, Chatbot)
    bot.set(seed=3)
    said = [bot.reply("tell me a joke"), *(bot.retry() for _ in range(3))]
    assert len({reply.casefold() for reply in said}) == 4


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bot whose discriminator takes every reply with "day" in it for real. Not to be changed."""
    return put_discriminator(saved_model(tmp_path_factory.mktemp("judged") / "model"), " day")


def judged_bot(folder: Path, **options: Any) -> Chatbot:
    bot = Chatbot(ModelFolder(folder).load())
    bot.set(**{"seed": 2, "candidates": 20, **options})
    return bot


YES, NO = 1 / (1 + math.exp(-1)), 1 / (1 + math.exp(1))


def test_the_discriminator_has_a_say_among_the_candidates(judged: Path) -> None:
    bot = judged_bot(judged)
    plain = bot.reply("hello", rerank=False)
    before = {one.reply: one for one in bot.candidates(20, rerank=False)}
    bot.undo()
    best = bot.reply("hello")
    after = bot.candidates(20)
    assert {one.reply for one in after} == set(before)
    assert best == after[0].reply and best.reads_as_real == after[0].reply.reads_as_real
    for one in after:
        liked = bot.tokenizer.encode(" day")[-1] in bot.tokenizer.encode(one.reply)
        assert one.reply.reads_as_real == pytest.approx(YES if liked else NO)
        assert one.score == pytest.approx(before[one.reply].score + one.realness)
        assert abs(one.realness) <= 1 and (one.realness > 0) == liked
    assert plain.reads_as_real is None
    assert all(one.realness == 0.0 and one.reply.reads_as_real is None for one in before.values())


def test_the_discriminator_can_change_what_is_said(judged: Path) -> None:
    found = [
        [str(judged_bot(judged, seed=seed, rerank=how).reply("hello")) for how in (False, True)] for seed in range(9)
    ]
    assert any(without != judged for without, judged in found)
    assert sum("day" in judged for _, judged in found) > sum("day" in without for without, _ in found)


def test_texts_are_scored_line_by_line(judged: Path) -> None:
    bot = judged_bot(judged)
    lines, whole = bot.score("What a DAY\r\n\n hello\x1bthere \rA day")
    assert [(one.line.speaker, one.line.text) for one in lines] == [
        (None, "what a day"),
        (None, "hello there"),
        (None, "a day"),
    ]
    assert [one.reads_as_real for one in lines] == pytest.approx([YES, NO, YES])
    assert whole == pytest.approx(1 / (1 + math.exp(-1 / 3)))
    assert bot.score(" \n") == ([], None)
    assert bot.turns == ()


def test_a_character_is_judged_by_the_lines_of_the_script(untrained: Path, tmp_path: Path) -> None:
    bot = as_character(textgen.load(with_discriminator(untrained, tmp_path / "model", "z")), "elaine")
    bot.set(seed=1, candidates=4)
    assert bot.reply("hello").reads_as_real in (pytest.approx(YES), pytest.approx(NO))
    ((line, real, _),), _ = bot.score("a zoo")
    assert (line.speaker, line.text, real) == ("ELAINE", "a zoo", pytest.approx(YES))


def test_where_nothing_can_be_judged_replies_are_chosen_without_the_discriminator(judged: Path) -> None:
    bot = make()
    bot.set(rerank=True)
    assert bot.reply("hello").reads_as_real is None
    with pytest.raises(ModelError, match="has none: make one with  textgen train-discriminator --model models/small"):
        bot.score("hello")
    for options in ({"candidates": 1}, {"temperature": 0}):
        assert judged_bot(judged, rerank=True, **options).reply("hello").reads_as_real is None


def test_a_damaged_discriminator_is_told_once_and_does_not_stop_the_talk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put_discriminator(saved_model(tmp_path / "model"), " day")
    discriminator_path(folder).write_bytes(b"nothing")
    bot = judged_bot(folder)
    assert [bot.reply("hello").reads_as_real, bot.reply("hello").reads_as_real] == [None, None]
    assert capsys.readouterr().err.count("Replies are chosen without the discriminator.") == 1


def test_what_is_told_of_a_damaged_discriminator_is_harmless_on_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put_discriminator(saved_model(tmp_path / "mod\x1b[2Jel"), " day")
    discriminator_path(folder).write_bytes(b"nothing")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    judged_bot(folder).reply("hello")
    told = capsys.readouterr().err
    assert "mod\ufffd[2Jel" in told and "\x1b" not in told


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bot whose discriminator likes what it has just heard. Not to be changed."""
    folder = ModelFolder(saved_model(tmp_path_factory.mktemp("listener") / "model"))
    model = folder.load()
    hears(model.tokenizer, generator=model.card.metrics).save(folder)
    return folder.path


def test_candidates_are_judged_as_replies_to_the_newest_turn(listener: Path) -> None:
    bot = judged_bot(listener)
    bot.reply("I like tea")
    assert bot.score("you like tea?", "I like TEA\n").lines[0].reads_as_real > 0.5
    bot.reply("oh a day")
    for one in bot.candidates(20):
        expected = bot.score(one.reply, "oh a day").reads_as_real
        assert one.reply.reads_as_real == pytest.approx(expected)
    assert len({one.reply.reads_as_real for one in bot.candidates(20)}) > 1
    first = judged_bot(listener).say_first()
    assert first.reads_as_real == pytest.approx(0.5)  # there is no message, and by themselves all are alike


def test_a_message_is_refused_where_the_discriminator_reads_none(judged: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"with the message 'hi', but .* judges texts by themselves"):
        judged_bot(judged).score("a day", "hi")
    assert judged_bot(judged).score("a day", "").lines[0].reads_as_real == pytest.approx(YES)


def test_a_discriminator_of_an_earlier_training_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ModelFolder(saved_model(tmp_path / "model"))
    model = folder.load()
    likes("day", model.tokenizer, generator={"step": 2}).save(folder)
    bot = judged_bot(folder.path, rerank=True)
    bot.score("hello")
    bot.reply("hello")
    assert capsys.readouterr().err.count(f"textgen train-discriminator --model {folder.path}") == 1


def test_another_bot_with_the_same_model_has_a_talk_of_its_own() -> None:
    bot = make(temperature=1.2)
    bot.reply("hello")
    other = bot.another()
    assert other.turns == () and other.options == bot.options
    other.set(temperature=0.1)
    other.reply("hi")
    assert said(bot)[0] == "hello" and bot.options.temperature == 1.2


def test_a_talk_that_a_program_has_kept_goes_on() -> None:
    bot, other = make(), make()
    first = bot.reply("hello", seed=1)
    other.resume([ChatExchange("hello", Reply(str(first), seed=1))], bot.seed)
    assert other.reply("and you?") == bot.reply("and you?")
    assert said(other) == said(bot)
