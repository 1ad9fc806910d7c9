import math
from pathlib import Path

import numpy as np
import pytest

from textgen.corpus.collection import Corpus
from textgen.errors import CorpusError
from textgen.evaluation.copies import TrainingOverlap
from textgen.evaluation.prediction import Scores, lane_difference, score_documents
from textgen.inference.language_model import score_ids
from textgen.tokenizers.base import START
from textgen.writer import ScriptWriter


def test_two_bits_a_token_by_hand() -> None:
    scores = Scores(nats=40 * math.log(4), tokens=40, characters=80, words=8, line_ends=2)
    assert scores.bits_per_character == pytest.approx(1.0)
    assert scores.perplexity == pytest.approx(4.0)
    assert scores.word_perplexity == pytest.approx(4.0**4)


def test_a_perplexity_beyond_all_numbers_is_infinite() -> None:
    scores = Scores(nats=2000.0, tokens=400, characters=400, words=0, line_ends=1)
    assert scores.word_perplexity == math.inf
    assert scores.perplexity == pytest.approx(math.exp(5))


@pytest.mark.parametrize(("characters", "told"), [(999, True), (1000, False)])
def test_a_short_text_is_told_to_say_little(characters: int, told: bool) -> None:
    notes = Scores(nats=20.0, tokens=400, characters=characters, words=100, line_ends=1).notes
    assert notes == (("999 characters are too few to judge a model by: score more text.",) if told else ())


def score(writer: ScriptWriter, corpus: Corpus) -> tuple[Scores, float]:
    return score_documents(writer.model, writer.tokenizer, corpus.documents(), corpus.style, TrainingOverlap(None))


def test_a_model_that_knows_nothing_needs_the_same_for_every_token(uniform: ScriptWriter, tmp_path: Path) -> None:
    text = "[a coat]\nJERRY: the soup.\nJERRY: nothing.\nELAINE: a coat was nothing.\n"
    path = tmp_path / "new.txt"
    path.write_text(text)
    scores, difference = score(uniform, Corpus(path, "colon"))
    # SCENE and LINE_END, a label and LINE_END for each of three lines, END; the rest are characters.
    tokens = len("[a coat]") + 2 + len("the soup.nothing.a coat was nothing.") + 3 * 2 + 1
    assert (scores.tokens, scores.characters, scores.line_ends) == (tokens, len(text), 4)
    assert scores.words == len(text.split()) == 12
    assert scores.nats == pytest.approx(tokens * math.log(uniform.model.vocabulary_size), rel=1e-5)
    assert scores.perplexity == pytest.approx(uniform.model.vocabulary_size, rel=1e-4)
    assert difference == pytest.approx(0, abs=1e-6)


def test_speakers_without_a_label_are_spelled(uniform: ScriptWriter, tmp_path: Path) -> None:
    known, unknown = tmp_path / "known.txt", tmp_path / "unknown.txt"
    known.write_text("JERRY: a coat\n" * 4)
    unknown.write_text("LUNA: a coat\n" * 4)
    # A name of four letters between NAME and NAME_END takes six tokens where a label takes one.
    extra = score(uniform, Corpus(unknown))[0].tokens - score(uniform, Corpus(known))[0].tokens
    spelling = len(uniform.tokenizer.encode("LUNA"))
    assert extra == 4 * (spelling + 2 - 1)


def test_no_text_is_refused(uniform: ScriptWriter) -> None:
    corpus = Corpus(Path(__file__))
    with pytest.raises(CorpusError, match="no text"):
        score_documents(uniform.model, uniform.tokenizer, (), corpus.style, TrainingOverlap(None))


def test_the_lane_difference_is_that_of_the_first_tokens(
    uniform: ScriptWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many lanes are too dear by a nat a lane: on 100 tokens that is a hundredth of the lanes a token."""
    lengths = []

    def scored(model: object, ids: np.ndarray, lanes: int = 32) -> tuple[float, int]:
        lengths.append(len(ids))
        return 100.0 + lanes, 100

    monkeypatch.setattr("textgen.evaluation.prediction.score_ids", scored)
    monkeypatch.setattr("textgen.evaluation.prediction.COMPARED_TOKENS", 101)
    ids = np.full(500, START, np.uint16)
    assert lane_difference(uniform.model, ids) == pytest.approx(0.31)
    assert lengths == [101, 101]


def test_a_run_in_a_file_is_scored_like_one_in_memory(uniform: ScriptWriter, tmp_path: Path) -> None:
    ids = np.random.default_rng(0).integers(8, uniform.model.vocabulary_size, 3000).astype(np.uint16)
    np.save(tmp_path / "ids.npy", ids)
    mapped = np.load(tmp_path / "ids.npy", mmap_mode="r")
    assert score_ids(uniform.model, mapped) == score_ids(uniform.model, ids)
