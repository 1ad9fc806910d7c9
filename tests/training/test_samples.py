from pathlib import Path

from tests.training.talks import prepared, sources_of, talks
from textgen.training.chat_preparation import Listening
from textgen.training.samples import held_out_talks

DIALOGUES = [[f"what is {k}", f"{k} it is", f"is it {k}", "yes"] for k in range(30)]


def test_talks_are_held_out_contexts_evenly_spread(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "model", sources_of(talks(tmp_path / "a.jsonl", DIALOGUES)))
    contexts = [turns[:k] for turns in DIALOGUES[-3:] for k in (1, 2, 3)]
    assert held_out_talks(folder.load()) == [contexts[k] for k in (0, 2, 5, 8)]


def test_without_held_out_dialogues_talks_are_what_was_learned(tmp_path: Path) -> None:
    path, judged = talks(tmp_path / "a.jsonl", DIALOGUES[:2]), talks(tmp_path / "b.jsonl", [["nothing"]])
    folder = prepared(tmp_path / "model", sources_of(path, validation=judged))
    assert held_out_talks(folder.load())[0] == DIALOGUES[0][:1]


def test_a_model_that_ignores_the_context_has_nothing_to_answer(tmp_path: Path) -> None:
    sources = sources_of(talks(tmp_path / "a.jsonl", DIALOGUES), Listening(turns=0))
    assert held_out_talks(prepared(tmp_path / "model", sources).load()) == []
