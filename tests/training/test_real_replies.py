import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.training.talks import Said, prepared, sources_of, talks
from textgen.corpus.dialogue_encoding import DialogueEncoder
from textgen.corpus.dialogues import DialogueCorpus
from textgen.errors import ConfigurationError, TrainingError
from textgen.judging.matching import Text
from textgen.model_folder import Model
from textgen.text.special import LINE_END
from textgen.training.chat_preparation import Listening
from textgen.training.real_replies import RealReplies, corpus_replies, stored_replies

DIALOGUES: list[list[Said]] = [
    [("Ann", f"what is number {k}"), ("Bob", f"{k} it is"), ("Ann", f"is it {k}"), ("Bob", f"yes it is {k}")]
    for k in range(20)
]
BY_BOB = [([text for _, text in turns[:place]], turns[place][1]) for turns in DIALOGUES for place in (1, 3)]
LEARNED, HELD_OUT = BY_BOB[:36], BY_BOB[36:]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talks(tmp_path_factory.mktemp("talks") / "numbers.jsonl", DIALOGUES)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, path: Path) -> Model:
    """Never trained: its weights are random."""
    return prepared(tmp_path_factory.mktemp("real") / "model", sources_of(path, Listening(replies_by="bob"))).load()


def expected(model: Model, exchanges: Sequence[tuple[list[str], str]]) -> list[tuple[list[int], Text]]:
    encoder = DialogueEncoder(model.tokenizer, 100)
    return sorted(
        (encoder.encode_context(turns), [*model.tokenizer.encode(reply), LINE_END]) for turns, reply in exchanges
    )


def sides(found: RealReplies) -> tuple[list[tuple[list[int], Text]], ...]:
    parts = (found.training_contexts, found.training), (found.held_out_contexts, found.held_out)
    return tuple(sorted((context.tolist(), text) for context, text in zip(*part, strict=True)) for part in parts)


def test_what_training_left_and_the_corpus_itself_hold_the_same_replies(model: Model, path: Path) -> None:
    stored = stored_replies(model, 1000, 0)
    read = corpus_replies(model, DialogueCorpus(path), 1000, 0)
    assert sides(stored) == sides(read) == (expected(model, LEARNED), expected(model, HELD_OUT))
    assert stored.corpus == read.corpus == DialogueCorpus(path).fingerprint


def test_no_more_than_so_many_are_drawn_by_the_seed(model: Model, path: Path) -> None:
    for first, again, other in (
        [stored_replies(model, 3, seed).training for seed in (1, 1, 2)],
        [corpus_replies(model, DialogueCorpus(path), 3, seed).training for seed in (1, 1, 2)],
    ):
        assert len(first) == 3
        assert first == again != other


def test_contexts_come_again_where_there_are_too_few(model: Model) -> None:
    found = stored_replies(model, 1000, 0)
    contexts = found.contexts(5, 6)
    assert contexts[:5] == [context.tolist() for context in found.training_contexts[:5]]
    assert contexts[5:9] == [context.tolist() for context in found.held_out_contexts]
    assert contexts[9:] == contexts[5:7]


def test_of_other_dialogues_the_last_tenth_is_held_out(model: Model, tmp_path: Path) -> None:
    others: list[list[Said]] = [[("Ann", f"say {k}"), ("Bob", f"{k}")] for k in range(20)]
    found = corpus_replies(model, DialogueCorpus(talks(tmp_path / "others.jsonl", others)), 1000, 0)
    assert sides(found)[1] == expected(model, [(["say 18"], "18"), (["say 19"], "19")])


def test_replies_that_training_left_out_as_too_long_are_left_out(model: Model, tmp_path: Path) -> None:
    others: list[list[Said]] = [[("Ann", f"say {k}"), ("Bob", "so " * 200 * (k == 3) + f"{k}")] for k in range(20)]
    found = corpus_replies(model, DialogueCorpus(talks(tmp_path / "long.jsonl", others)), 1000, 0)
    assert (len(found.training), len(found.held_out)) == (17, 2)


def test_what_is_missing_or_does_not_fit_is_told(model: Model, path: Path, tmp_path: Path) -> None:
    bare = Path(shutil.copytree(model.path, tmp_path / "bare"))
    shutil.rmtree(bare / "training")
    with pytest.raises(TrainingError, match="name the corpus the model was trained on with --corpus FILE"):
        stored_replies(Model(bare, model.card, model.tokenizer, model.weights), 10, 0)
    one = talks(tmp_path / "one.jsonl", DIALOGUES[:1])
    with pytest.raises(TrainingError, match="there are fewer than two of them"):
        corpus_replies(model, DialogueCorpus(one), 10, 0)
    silent = talks(tmp_path / "silent.jsonl", [[("Ann", "hello"), ("Eve", "hello")]] * 20)
    with pytest.raises(TrainingError, match="the model learned what bob says, and bob says nothing in these dialogues"):
        corpus_replies(model, DialogueCorpus(silent), 10, 0)
    judged = talks(tmp_path / "judged.jsonl", DIALOGUES[:3])
    sources = sources_of(path, Listening(replies_by="bob"), judged)
    with pytest.raises(ConfigurationError, match="name that one with --corpus, or leave --corpus out"):
        corpus_replies(prepared(tmp_path / "all", sources).load(), DialogueCorpus(path), 10, 0)
