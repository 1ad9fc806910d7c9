"""Files of dialogues, and chat folders prepared from them."""

import json
from collections.abc import Sequence
from pathlib import Path

from textgen.config import Budget
from textgen.corpus.dialogues import DialogueCorpus
from textgen.model_folder import Model, ModelFolder
from textgen.training.chat_preparation import ChatPlan, ChatSources, Listening, make_chat_plan, prepare_chat
from textgen.training.sizing import ChatChoice

CHOICE = ChatChoice(level="word", embedding=8, hidden=12, layers=1, batch=4, precision="float32")

Said = str | tuple[str, str]
"""A turn's text, or its speaker and its text."""


def talks(path: Path, dialogues: Sequence[Sequence[Said]]) -> Path:
    """Writes dialogues as JSON lines."""

    def turn(said: Said) -> object:
        return said if isinstance(said, str) else {"speaker": said[0], "text": said[1]}

    lines = [json.dumps({"turns": [turn(said) for said in turns]}) + "\n" for turns in dialogues]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def sources_of(path: Path, listening: Listening | None = None, validation: Path | None = None) -> ChatSources:
    held_out = DialogueCorpus(validation) if validation is not None else None
    return ChatSources(DialogueCorpus(path), held_out, listening or Listening())


def planned(sources: ChatSources, start_from: Model | None = None, choice: ChatChoice = CHOICE) -> ChatPlan:
    return make_chat_plan(sources, choice, Budget(steps=3), 5, start_from)


def prepared(
    folder: Path,
    sources: ChatSources,
    start_from: Model | None = None,
    index: bool = True,
    notes: list[str] | None = None,
    choice: ChatChoice = CHOICE,
) -> ModelFolder:
    made = ModelFolder(folder)
    plan = planned(sources, start_from, choice)
    prepare_chat(made, sources, plan, start_from, index, (notes if notes is not None else []).append)
    return made
