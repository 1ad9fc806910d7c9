"""A model in another corpus: what it knew stays, and the speakers and new words are the corpus's own."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.inference.small import random_weights
from textgen.config import Budget, ChatTrainingConfig, ModelConfig, ScriptTrainingConfig
from textgen.generation.chat_model import ChatModel
from textgen.inference.language_model import LanguageModel
from textgen.model_folder import Model, ModelCard, ModelFolder
from textgen.starters import DIALOGUE, open_folder
from textgen.tokenizers.base import END, FIRST_LABEL, LINE_END, NAME, START, TURN
from textgen.tokenizers.subword import SubwordTokenizer
from textgen.tokenizers.word import WordTokenizer
from textgen.training.moving_in import for_chat_tuning, for_tuning, moved_in, with_words
from textgen.training.sizing import ChatChoice, ScriptChoice

TEXTS = ["hello there, how are you today?", "what a day it is"] * 4


def script_model(speakers: list[str], tied: bool = True) -> Model:
    tokenizer = SubwordTokenizer.learn(TEXTS, speakers)
    config = ModelConfig(tokenizer.vocabulary_size, embedding=6, hidden=8, layers=2, tied=tied)
    return Model(Path("old"), ModelCard("script", config, {}), tokenizer, random_weights(config))


def distribution(model: Model, ids: list[int]) -> np.ndarray:
    """The probabilities of all ids behind some."""
    network = LanguageModel(model.card.architecture, model.weights)  # type: ignore[arg-type]
    state = network.read(np.array(ids[:-1])[:, None], network.initial_state())
    logits = network.step(np.array(ids[-1:]), state)[0][0].astype(np.float64)
    odds = np.exp(logits - logits.max())
    return odds / odds.sum()


@pytest.mark.parametrize("tied", [True, False])
def test_text_is_as_likely_as_before(tied: bool) -> None:
    old = script_model(["anna", "bert", "carl"], tied)
    new = moved_in(old, {"dora": 30, "bert": 10})
    assert new.tokenizer.speakers == ("dora", "bert")
    assert new.tokenizer.encode("hello day") == [index - 1 for index in old.tokenizer.encode("hello day")]
    before, after = (
        distribution(model, model.tokenizer.encode("hello"))[model.tokenizer.first_piece :] for model in (old, new)
    )
    np.testing.assert_allclose(after / after.sum(), before / before.sum(), rtol=1e-4)


def test_a_known_speaker_keeps_its_vector_and_a_new_one_gets_the_mean() -> None:
    old = script_model(["anna", "bert"])
    new = moved_in(old, {"bert": 10, "dora": 30})
    labels = old.weights["embedding"][FIRST_LABEL : FIRST_LABEL + 2]
    np.testing.assert_array_equal(new.weights["embedding"][FIRST_LABEL], labels[1])
    np.testing.assert_allclose(new.weights["embedding"][FIRST_LABEL + 1], labels.mean(axis=0), rtol=1e-6)
    bias = new.weights["output/bias"][FIRST_LABEL : FIRST_LABEL + 2]
    assert bias[1] - bias[0] == pytest.approx(np.log(3), rel=1e-5), "three times as many lines"
    together = np.logaddexp.reduce(old.weights["output/bias"][FIRST_LABEL : FIRST_LABEL + 2])
    assert np.logaddexp.reduce(bias) == pytest.approx(together, rel=1e-5)


def test_without_old_labels_a_new_one_begins_as_the_sign_of_a_name() -> None:
    old = script_model([])
    new = moved_in(old, {"dora": 30})
    np.testing.assert_array_equal(new.weights["embedding"][FIRST_LABEL], old.weights["embedding"][NAME])
    np.testing.assert_array_equal(new.weights["embedding"][LINE_END], old.weights["embedding"][LINE_END])


def test_labels_may_go_altogether() -> None:
    new = moved_in(script_model(["anna", "bert"]), {})
    assert new.tokenizer.speakers == ()
    assert len(new.weights["embedding"]) == new.tokenizer.vocabulary_size == new.card.architecture.vocabulary_size


def test_the_same_speakers_change_nothing() -> None:
    old = script_model(["anna", "bert"])
    assert moved_in(old, {"anna": 3, "bert": 2}) is old
    halves = replace(old, weights={name: array.astype(np.float16) for name, array in old.weights.items()})
    assert moved_in(halves, {"bert": 2}).weights["embedding"].dtype == np.float32


SMILING = ["hello dora 😁, hello dora", "a dora 😁"] * 10


@pytest.mark.parametrize("tied", [True, False])
def test_frequent_words_and_characters_join_as_the_mean_of_their_pieces(tied: bool) -> None:
    old = script_model(["anna"], tied)
    new = with_words(old, SMILING)
    first, last = old.tokenizer.first_byte, new.tokenizer.first_byte
    for text in (" 😁", " dora"):
        (index,), parts = new.tokenizer.encode(text), old.tokenizer.encode(text)
        assert first <= index < last and len(parts) > 1
        for name, array in old.weights.items():
            if name in ("embedding", "output/bias") or (name == "output/kernel" and not tied):
                before, after = (a.T if name == "output/kernel" else a for a in (array, new.weights[name]))
                np.testing.assert_allclose(after[index], before[parts].mean(axis=0), rtol=1e-5)
                np.testing.assert_array_equal(np.delete(after, np.s_[first:last], axis=0), before)
            else:
                np.testing.assert_array_equal(new.weights[name], array)


@pytest.mark.parametrize("tied", [True, False])
def test_nothing_else_is_more_or_less_likely_than_before(tied: bool) -> None:
    old = script_model(["anna", "bert"], tied)
    new = with_words(old, SMILING)
    said = "hello there"
    before, after = (distribution(model, model.tokenizer.encode(said)) for model in (old, new))
    after = np.delete(after, np.s_[old.tokenizer.first_byte : new.tokenizer.first_byte])
    np.testing.assert_allclose(after / after.sum(), before, rtol=1e-4)


def test_where_nothing_joins_the_model_is_as_it_was() -> None:
    old = script_model(["anna"])
    assert with_words(old, [*TEXTS, "zebu"]) is old
    words = replace(old, tokenizer=WordTokenizer.learn(TEXTS, []))
    assert with_words(words, SMILING) is words


def test_the_same_corpus_lets_the_same_words_join() -> None:
    old = script_model(["anna"])
    first, again = (with_words(old, texts) for texts in (SMILING, reversed(SMILING)))
    assert first.tokenizer.to_json() == again.tokenizer.to_json()


def test_words_join_a_chat_that_copies_and_come_back_from_its_folder(tmp_path: Path) -> None:
    new = with_words(open_folder(DIALOGUE).load(), SMILING)
    ModelFolder(tmp_path / "new").create(new.card, new.tokenizer, new.weights)
    model = ChatModel(ModelFolder(tmp_path / "new").load())
    (smile,) = model.tokenizer.encode(" 😁")
    assert model.tokenizer.decode([smile]) == " 😁"
    reply = [START, smile, END]
    (alone,), (told,) = (model.network.score([[START, *said, TURN]], [reply]) for said in ([], [smile]))
    assert told[0] > alone[0], "what was said before can be copied"


@pytest.mark.parametrize(("epochs", "rate"), [(0.5, 2e-3), (4, 2e-3), (16, 1e-3), (64, 5e-4)])
def test_a_model_that_goes_on_learns_more_slowly_the_more_often_it_reads(epochs: float, rate: float) -> None:
    training = ScriptTrainingConfig(Budget(minutes=1.0))
    tuned = for_tuning(training, ScriptChoice(), epochs)
    assert (tuned.learning_rate, tuned.warm_up) == (rate, 10)
    assert for_tuning(training, ScriptChoice(learning_rate=3e-3), epochs).learning_rate == 3e-3


@pytest.mark.parametrize(
    ("epochs", "rate", "dropout"), [(0.5, 4e-3, 0), (4, 4e-3, 0.1), (16, 2e-3, 0.2), (900, 27e-5, 0.25)]
)
def test_a_chatbot_that_goes_on_learns_faster_and_drops_less(epochs: float, rate: float, dropout: float) -> None:
    training = ChatTrainingConfig(Budget(minutes=1.0))
    tuned = for_chat_tuning(training, ChatChoice(), epochs)
    assert (tuned.learning_rate, tuned.dropout, tuned.warm_up) == (rate, dropout, 10)
    asked = for_chat_tuning(training, ChatChoice(learning_rate=1e-3, dropout=training.dropout), epochs)
    assert (asked.learning_rate, asked.dropout) == (1e-3, training.dropout)
