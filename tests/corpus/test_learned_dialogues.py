from pathlib import Path
from typing import Any

import pytest

from tests.training.tasks import talks
from textgen.corpus.dialogue_split import DialogueSplit
from textgen.corpus.dialogues import DialogueCorpus
from textgen.corpus.learned_dialogues import count_dialogues, reread, training_split
from textgen.errors import ConfigurationError


@pytest.fixture
def corpus(tmp_path: Path) -> DialogueCorpus:
    turns = [[("Ann", f"is it {k} ?"), ("Bob", f"it isn ' t {k} ."), ("Ann", "i see")] for k in range(4)]
    return DialogueCorpus(talks(tmp_path / "talks.jsonl", turns))


def known(corpus: DialogueCorpus, **changes: Any) -> dict[str, Any]:
    described = {"fingerprint": corpus.fingerprint, "turns": 1, "replies_by": "bob", "detokenise": True}
    return {**described, "split": {"held_out": [1], "dialogues": [4]}, **changes}


def test_exchanges_are_made_as_training_made_them(corpus: DialogueCorpus) -> None:
    split = training_split(known(corpus), corpus)
    (last,) = reread(known(corpus), corpus, "held out", split)
    assert (last.context, last.reply) == (("is it 3?",), "it isn't 3.")
    assert len(list(reread(known(corpus), corpus, "training", split))) == 3
    as_is = reread(known(corpus, replies_by=None, detokenise=False, turns=2), corpus, "held out", split)
    assert [exchange.reply for exchange in as_is] == ["it isn ' t 3 .", "i see"]


def test_the_split_is_that_of_the_training_corpus_alone(corpus: DialogueCorpus) -> None:
    assert count_dialogues(corpus) == (4,)
    assert training_split(known(corpus), corpus) == DialogueSplit((1,), (4,))
    assert training_split(known(corpus, fingerprint="another"), corpus) is None
    assert training_split(known(corpus, split=None), corpus) is None


def test_the_training_corpus_read_in_another_format_is_told(corpus: DialogueCorpus) -> None:
    with pytest.raises(ConfigurationError, match="with 4 dialogues, and in training it had 9: give the --format"):
        training_split(known(corpus, split={"held_out": [1], "dialogues": [9]}), corpus)
