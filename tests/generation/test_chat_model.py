from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.generation.small import TOKENIZERS, Parrot, chat_model, saved_model
from tests.inference.small import config
from textgen.corpus.document import Line, turn_of
from textgen.decoding.copy_detection import ngram_hashes, word_hashes
from textgen.decoding.options import chat_options
from textgen.errors import ConfigurationError, ModelError
from textgen.generation.answering import Answer
from textgen.generation.chat_model import ChatModel
from textgen.generation.conversation import ReplyContext
from textgen.model_folder import ModelFolder
from textgen.tokenizers.base import END, START, TURN

TOKENIZER = TOKENIZERS["word"]


def context_of(*turns: str) -> list[int]:
    """What the network reads before it replies to these turns."""
    responder = ChatModel(chat_model())
    network = responder.network = Parrot(TOKENIZER, "hello")  # type: ignore[assignment]
    Answer(responder, ReplyContext(tuple(turn_of(text, "user") for text in turns)), chat_options({}), 0)
    (context,) = network.contexts
    return context


def test_turns_are_read_as_the_corpus_writes_them() -> None:
    hello, tea = TOKENIZER.encode("hello"), TOKENIZER.encode("it's tea")
    assert context_of("Hello", "It’s TEA") == [START, *hello, TURN, *tea, TURN]


def test_nothing_said_is_the_empty_context() -> None:
    assert context_of() == [START]


def test_of_a_long_context_the_newest_ids_are_left() -> None:
    context = context_of(*["hello you"] * 100)
    assert len(context) == 40
    assert context[0] == START and context[-1] == TURN


@pytest.mark.parametrize("text", [START, END, TURN])
def test_nobody_can_type_structure(text: int) -> None:
    assert context_of(f"<{text}>").count(TURN) == 1


def test_familiarities_are_means_after_the_empty_context() -> None:
    responder = ChatModel(chat_model())
    beginnings = [TOKENIZER.encode("hello you"), [*TOKENIZER.encode("i"), END]]
    found = responder.familiarities(beginnings)
    alone = [responder.network.score([[START]], [[START, *ids]])[0].mean() for ids in beginnings]
    assert found == pytest.approx(alone, abs=1e-5)


def test_a_reply_is_judged_as_a_line_of_the_corpus() -> None:
    assert ChatModel(chat_model()).line("It’s TEA") == Line(None, "it's tea")


def test_the_name_is_the_voice_or_the_folder() -> None:
    assert ChatModel(chat_model(path=Path("runs/tea"))).name == "tea"
    assert ChatModel(chat_model(replies_by="Jerry")).name == "Jerry"


@pytest.mark.parametrize("key", ["normalisation", "turns", "longest_context"])
def test_a_card_that_says_too_little_is_told(key: str) -> None:
    model = chat_model()
    corpus = {name: value for name, value in model.card.corpus.items() if name != key}
    with pytest.raises(ModelError, match="does not describe the dialogues"):
        ChatModel(replace(model, card=replace(model.card, corpus=corpus)))
    with pytest.raises(ModelError, match="does not describe the dialogues"):
        ChatModel(replace(model, card=replace(model.card, corpus={**model.card.corpus, key: "x"})))


def test_a_script_model_is_told(tmp_path: Path) -> None:
    model = chat_model(path=tmp_path)
    card = replace(model.card, kind="script", architecture=config())
    with pytest.raises(ModelError, match="is a script model: name a model trained by train-chat"):
        ChatModel(replace(model, card=card))


def test_copies_need_an_index(tmp_path: Path) -> None:
    responder = ChatModel(ModelFolder(saved_model(tmp_path / "model")).load())
    with pytest.raises(ConfigurationError, match=r"no_copy was asked for, .* has no novelty\.bin"):
        Answer(responder, ReplyContext(()), chat_options({"no_copy": 8}), 0)


@pytest.mark.parametrize("beams", [1, 3])
def test_copies_are_kept_out(tmp_path: Path, beams: int) -> None:
    text = "it is what it is and so it is now"
    words = ngram_hashes(word_hashes(text.split()), 8)
    path = saved_model(tmp_path / "model", "character")
    np.sort(words).tofile(ModelFolder(path).novelty)
    responder = ChatModel(ModelFolder(path).load())
    responder.network = Parrot(responder.tokenizer, text)  # type: ignore[assignment]
    for options, copied in (({}, True), ({"no_copy": 8}, False)):
        chosen = chat_options({**options, "num_beams": beams, "candidates": 1})
        made = Answer(responder, ReplyContext(()), chosen, 0)
        assert ("".join(made.pieces()).split()[:8] == text.split()[:8]) is copied


def test_an_index_may_be_empty(tmp_path: Path) -> None:
    path = saved_model(tmp_path / "model")
    ModelFolder(path).novelty.touch()
    made = Answer(ChatModel(ModelFolder(path).load()), ReplyContext(()), chat_options({"no_copy": 8}), 0)
    assert "".join(made.pieces())
