import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.discriminator.small import knows, likes, with_discriminator
from tests.generation.small import TOKENIZERS
from textgen.corpus.document import Line
from textgen.decoding.constraints.base import Pieces
from textgen.decoding.protocols import FinishReason, GeneratedSequence
from textgen.decoding.sampler import line_seed
from textgen.discriminator.calibration import sigmoid
from textgen.discriminator.scorer import REALNESS
from textgen.errors import ConfigurationError, ModelError
from textgen.generation.conversation import Reply
from textgen.generation.ranking import (
    FIRST_WORDS,
    MOST_REALNESS,
    REPETITION,
    LineJudge,
    beginning,
    candidate,
    repetition,
)
from textgen.model_folder import ModelFolder
from textgen.tokenizers.base import END, LINE_END, START
from textgen.writer import ScriptWriter


def scored(
    text: str,
    nats_a_token: float = -2.0,
    familiarity: float = -4.0,
    said: tuple[str, ...] = (),
    log_odds: float = 0.0,
) -> float:
    ids = tuple(range(300, 300 + len(text.split())))
    sequence = GeneratedSequence(ids, text, "end", 0, nats_a_token * len(ids))
    return candidate(Reply(text), sequence, familiarity, said, log_odds).score


def test_the_parts_add_up() -> None:
    found = candidate(Reply("a b"), GeneratedSequence((1, 2), "a b", "end", 0, -6.0), -2.5, ["a b"])
    assert found.likelihood == -3.0
    assert (found.novelty, found.length, found.repetition) == pytest.approx((0.75, 0.125, -3.0))
    assert found.score == pytest.approx(-3.0 + 0.75 + 0.125 - 3.0)


def test_what_fits_this_message_wins_over_what_fits_every_message() -> None:
    assert scored("the tide is at nine", familiarity=-6.0) > scored("i do not know that", familiarity=-2.0)


@pytest.mark.parametrize(("penalty", "novelty", "length"), [(0.0, 0.0, 0.0), (0.5, 0.375, 0.0625), (2.0, 1.5, 0.25)])
def test_novelty_and_length_count_as_much_as_dullness_is_penalised(
    penalty: float, novelty: float, length: float
) -> None:
    sequence = GeneratedSequence((1, 2), "a b", "end", 0, -6.0)
    found = candidate(Reply("a b"), sequence, -2.5, [], dullness_penalty=penalty)
    assert (found.likelihood, found.novelty, found.length) == pytest.approx((-3.0, novelty, length))


def test_likelier_longer_and_fresher_replies_win() -> None:
    assert scored("one two three", -1.0) > scored("one two three", -2.0)
    assert scored("one two three four five six") > scored("one two")
    long = " ".join(map(str, range(20)))
    assert scored(long) == scored(f"{long} more")
    assert scored("tea is good for you") > scored("tea is good for you", said=("I said tea is good for you!",))
    assert scored("one two three four") > scored("one two one two")


def test_log_odds_add_to_the_likelihood_token_by_token() -> None:
    sequence = GeneratedSequence((1, 2, 3, 4), "a b c", "end", 0, -6.0)
    without, found = (candidate(Reply("a b c"), sequence, 0.0, [], log_odds) for log_odds in (0.0, 1.5))
    assert (without.realness, found.realness) == (0.0, 1.5 / 4)
    assert found.likelihood + found.realness == pytest.approx((-6.0 + 1.5) / 4)
    assert found.score == without.score + found.realness


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.integers(1, 6))
def test_what_is_all_repetition_loses_however_real_it_reads(real: float, unreal: float, words: int) -> None:
    text = " ".join(["one", "two", "three", "four", "five", "six"][:words])
    assert scored(text, log_odds=real, said=(text,)) < scored(text, log_odds=unreal)
    assert 2 * MOST_REALNESS < REPETITION


@pytest.mark.parametrize(
    ("text", "said", "share"),
    [
        ("no no no no", [], 2 / 3),
        ("one two three", [], 0.0),
        ("Good morning.", ["good morning!"], 1.0),
        ("Good morning to you all.", ["a good morning to you"], 2 / 3),
        ("yes", ["yes, yes"], 0.0),
        ("😀", ["😀"], 1.0),
        ("no no no no", ["no no no no"], 1.0),
    ],
)
def test_repetition(text: str, said: list[str], share: float) -> None:
    assert repetition(text, said) == pytest.approx(share)


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=3))
def test_repetition_is_a_share(text: str, said: list[str]) -> None:
    assert 0 <= repetition(text, said) <= 1
    assert repetition(text, [*said, text]) == 1


@pytest.mark.parametrize("level", TOKENIZERS)
def test_the_beginning_is_so_many_words(level: str) -> None:
    tokenizer = TOKENIZERS[level]
    ids = [*tokenizer.encode("hello there how are you today"), END]
    assert FIRST_WORDS == 5
    assert tokenizer.decode(beginning(ids, Pieces(tokenizer))) == "hello there how are you"


@pytest.mark.parametrize("level", TOKENIZERS)
def test_of_a_short_reply_the_end_counts_too(level: str) -> None:
    ids = [*TOKENIZERS[level].encode("hello"), END]
    assert beginning(ids, Pieces(TOKENIZERS[level])) == tuple(ids)
    assert beginning([END], Pieces(TOKENIZERS[level])) == (END,)


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


def test_each_line_is_the_best_of_its_candidates(writer: ScriptWriter) -> None:
    found = writer.write_several(lines=1, seed=line_seed(61, 0), num_return_sequences=6)
    scores = [writer.judge.in_character(script.lines)[0] for script in found]
    assert max(scores) > scores[0]  # else the test tests nothing
    script = writer.write(lines=4, seed=61, rerank=6)
    assert script.text.startswith(found[int(np.argmax(scores))].text)
    assert (script.seed, script.finish_reason, len(script.lines)) == (61, "lines", 4)
    assert script.reads_as_real == pytest.approx(expected(writer, script.text))
    assert script.reads_as_real > expected(writer, writer.write(lines=4, seed=61).text)
    pieces = list(writer.stream(lines=4, seed=61, rerank=6))
    assert "".join(pieces) == script.text
    assert len(pieces) == 4


def test_each_text_has_candidates_and_a_seed_of_its_own(writer: ScriptWriter) -> None:
    found = writer.write_several(lines=3, seed=60, rerank=4, num_return_sequences=3)
    assert found == [writer.write(lines=3, seed=seed, rerank=4) for seed in (60, 61, 62)]
    assert len({script.text for script in found}) == 3
    assert writer.write(lines=3, seed=60).reads_as_real is None


def test_lines_of_which_nothing_is_known_are_taken_last(writer: ScriptWriter) -> None:
    tokenizer = writer.tokenizer
    judge = LineJudge(writer.judge, tokenizer, writer.style, 3)

    def line(text: str, relaxed: bool = False, reason: FinishReason = "lines") -> GeneratedSequence:
        ids = (*tokenizer.encode(text), LINE_END) if reason == "lines" else (END,)
        return GeneratedSequence(ids, text, reason, 0, 0.0, relaxed)

    context = [START, *tokenizer.encode("A day."), LINE_END]
    assert judge.choose(context, [line("A day."), line("Www."), line("A day.")]) == 1
    assert judge.choose(context, [line("A day."), line("Www.", relaxed=True)]) == 0
    assert judge.choose(context, [line("A day.", relaxed=True), line("Www.", relaxed=True)]) == 1
    assert judge.choose(context, [line("A day.", relaxed=True), line("", reason="end"), line("")]) == 0
    assert judge.choose(context, [line(""), line("A day."), line("")]) == 1
    assert judge.choose(context, [line(""), line("")]) == 0
    # Whether the text ends is not chosen.
    assert judge.choose(context, [line("", reason="end"), line("Www.")]) == 0
    assert judge.choose(context, [line("A day."), line("", reason="end"), line("Www.")]) == 2
    # The beginning of a line counts, and the lines before it do not.
    assert judge.choose([*context, *tokenizer.encode("Www")], [line(" a."), line(".")]) == 1
    assert judge.choose([START, *tokenizer.encode("Www."), LINE_END], [line("A day."), line("Www.")]) == 1


@pytest.fixture(scope="module")
def listener(untrained: Path, tmp_path_factory: pytest.TempPathFactory) -> ScriptWriter:
    """A model that babbles, and a discriminator that knows the first speaker by a w and the second by an e."""
    folder = ModelFolder(Path(shutil.copytree(untrained, tmp_path_factory.mktemp("voices") / "model")))
    model = folder.load()
    knows(("w", "e"), model.tokenizer, generator=model.card.metrics).save(folder)
    return ScriptWriter(folder.load(), note=lambda text: None)


def test_the_best_candidate_is_real_and_its_speakers(listener: ScriptWriter) -> None:
    first, second, _ = listener.speakers
    real, shares = {"": 3, "w": 8, "e": 8, "we": 13}, {first: 0.5, second: 0.25}

    def by_hand(line: Line) -> float:
        """The log-odds of the line by the token, and how much likelier it is its speaker's by its text."""
        heard = "".join(letter for letter in "we" if letter in line.text)
        of_own = 6 if {first: "w", second: "e"}.get(line.speaker or "", "-") in heard else 1
        tokens = len(listener.tokenizer.encode(line.text)) + 1  # with the line's end
        voice = np.log(of_own / real[heard] / shares.get(line.speaker or "", 0.25))
        return float(REALNESS * np.log(real[heard]) / tokens + voice)

    found = listener.write_several(lines=1, seed=line_seed(63, 0), num_return_sequences=8)
    scores = [by_hand(script.lines[0]) for script in found]
    best = listener.write(lines=1, seed=63, rerank=8)
    assert best.lines == found[int(np.argmax(scores))].lines
    assert max(scores) > scores[0]  # else the test tests nothing
    assert best.reads_as_real == pytest.approx(listener.score(best.text).reads_as_real)


def test_whose_a_line_sounds_like_is_told(listener: ScriptWriter) -> None:
    first, second, third = listener.speakers
    judged, _ = listener.score(f"{third}: Www.\n{first}: Eee.\n{first}: Few.\n")
    assert [one.reads_as_real for one in judged] == pytest.approx([8 / 9, 8 / 9, 13 / 14])
    assert judged[0].sounds_like == (first, pytest.approx(6 / 8))
    assert judged[1].sounds_like == (second, pytest.approx(6 / 8))
    assert judged[2].sounds_like == (first, pytest.approx(6 / 13))


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
    likes("z", model.tokenizer, generator={"step": 1}).save(old)
    writer = ScriptWriter(model, note=told.append)
    writer.score("JERRY: Hello.")
    writer.write(lines=1, rerank=2, seed=1)
    (sentence,) = told
    assert "textgen train-discriminator --model" in sentence
