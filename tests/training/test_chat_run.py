"""How the run of a chatbot is begun."""

from pathlib import Path

from pytest import MonkeyPatch

from textgen.config import Budget
from textgen.corpus.dialogues import DialogueCorpus
from textgen.model_folder import ModelFolder
from textgen.training import chat_run
from textgen.training.chat_preparation import Listening
from textgen.training.chat_run import ChatRequest, begin_chat
from textgen.training.sizing import ChatChoice

from .short_runs import is_explained, short_and_long
from .talks import prepared, sources_of


@short_and_long
def test_where_time_is_short_the_model_is_smaller_unless_its_size_was_asked_for(
    dialogues: Path,
    tmp_path: Path,
    monkeypatch: MonkeyPatch,
    flops: float,
    budget: Budget,
    asked: str,
    hidden: int,
    is_told: bool,
) -> None:
    monkeypatch.setattr(chat_run, "measure_flops", lambda precision, batch, hidden: flops)
    folder, told = ModelFolder(tmp_path / "model"), list[str]()
    choice = ChatChoice(size=asked)
    begin_chat(
        folder, ChatRequest(DialogueCorpus(dialogues), None, Listening(), choice, budget, 0, None, False), told.append
    )
    model = folder.load()
    assert model.card.architecture.hidden == hidden
    assert model.weights["decoder_0/recurrent_kernel"].shape[0] == hidden
    assert is_explained(told) is is_told
    assert any(line.startswith("training  1 ") and "tokens of replies a second here" in line for line in told)


def test_a_bot_to_go_on_from_keeps_its_size_however_short_the_time(
    dialogues: Path, tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_run, "measure_flops", lambda precision, batch, hidden: 1.0)
    origin = prepared(tmp_path / "origin", sources_of(dialogues)).load()
    folder, budget = ModelFolder(tmp_path / "model"), Budget(minutes=1)
    request = ChatRequest(DialogueCorpus(dialogues), None, Listening(), ChatChoice(), budget, 0, origin, False)
    begin_chat(folder, request, lambda text: None)
    assert folder.load().card.architecture == origin.card.architecture
