"""Trains the chat model that ships, `textgen/pretrained/smalltalk`.

    pip install -e ".[train,smalltalk]"
    python corpora/train_smalltalk.py --minutes 20

1. Two packages of conversations and `corpora/smalltalk.txt` are read, filtered and put into normal writing.
2. Stage 1 learns to talk, from all dialogues.
3. Stage 2 goes on with the dialogues in the bot's own voice, by themselves and in passing, and a few of those replies
   of strangers that it could have given itself, until it knows its own lines by heart. What stage 1 held out is not
   learned here either.
4. The model is made small, checked, and put in its place with a README of all counts.
"""

import argparse
import json
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from smalltalk.preparation import Prepared, prepare
from smalltalk.report import readme
from smalltalk.shipping import ship
from smalltalk.sources import BOT, require_packages

from textgen import train_chat
from textgen.chatting.opened import OpenedChat
from textgen.corpus.dialogues import DialogueCorpus
from textgen.errors import TextgenError
from textgen.evaluation.chat import evaluate_chat
from textgen.model_folder import Model, ModelFolder

OUT = Path(__file__).parents[1] / "textgen" / "pretrained" / "smalltalk"

MODEL: dict[str, Any] = {
    "level": "subword",
    "vocabulary_limit": 3000,
    "embedding": 192,
    "hidden": 512,
    "layers": 1,
}
"""3.5 million weights: in float16 seven of the eight megabytes that the folder may have."""

SECOND_STAGE: dict[str, Any] = {"learning_rate": 5e-3, "dropout": 0.15, "batch": 64}
"""Few dialogues that are to be remembered word for word: little is dropped."""

SECOND_EPOCHS = 18
"""Some five minutes. After fewer the bot mixes up its own lines."""

DECODING: dict[str, Any] = {"temperature": 0.7, "min_p": 0.05}
"""How the bot replies where nobody says otherwise."""


def train(
    work: Path,
    out: Path,
    command: str,
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    model: Mapping[str, Any],
    quiet: bool,
) -> int:
    """Do all steps.

    Args:
        work: a folder for the dialogues and the models of both stages.
        out: where the model is to lie.
        command: as it was typed, for the README.
        first: the budget of the first stage, as `train_chat` takes it.
        second: that of the second one.
        model: its size, as `train_chat` takes it.
        quiet: show no progress.

    Returns:
        the bytes of the model's folder.
    """
    prepared = prepare(work)
    common: dict[str, Any] = {
        "replies_by": BOT.capitalize(),
        "spacing": "as-is",
        "index": False,
        "overwrite": True,
        "quiet": quiet,
    }
    stages = [work / "stage-1", work / "stage-2"]
    train_chat(prepared.first, stages[0], **first, **common, **model)
    train_chat(
        prepared.second,
        stages[1],
        start_from=stages[0],
        validation=prepared.known,  # it is done when it knows its own lines
        **second,
        **common,
        **SECOND_STAGE,
    )
    return finish(prepared, stages[0], stages[1], out, command)


def finish(prepared: Prepared, first: Path, second: Path, out: Path, command: str) -> int:
    """Measure the models of both stages on the dialogues held out, and ship the second one.

    Args:
        prepared: the dialogues.
        first, second: folders of the models.
        out: where the model is to lie.
        command: as it was typed, for the README.

    Returns:
        the bytes of the model's folder.
    """
    before, trained = ModelFolder(first).load(), ModelFolder(second).load()
    figures = {"stage 1": _judged(before, prepared.held_out), "stage 2": _judged(trained, prepared.held_out)}
    shipped = replace(trained, card=replace(trained.card, metrics=figures["stage 2"], decoding=DECODING))
    text = readme(command, prepared.counts, figures, trained.card.architecture.parameters)
    return ship(shipped, text, _turns(prepared), out)


def _judged(model: Model, held_out: Path) -> dict[str, Any]:
    figures = evaluate_chat(OpenedChat(model), DialogueCorpus(held_out)).to_json_object()
    return {name: figure for name, figure in figures.items() if isinstance(figure, int | float)}


def _turns(prepared: Prepared) -> Iterator[str]:
    for path in prepared.first:
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield from (turn["text"] for turn in json.loads(line)["turns"])


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--minutes", type=float, default=20.0, help="of the first stage (20); the second takes a few more"
    )
    parser.add_argument("--out", type=Path, default=OUT, help="the model folder, replaced once the new one is trained")
    parser.add_argument("--work", type=Path, help="keep the dialogues and the models of both stages in this folder")
    asked = parser.parse_args()
    command = shlex.join(["python", "corpora/train_smalltalk.py", "--minutes", f"{asked.minutes:g}"])
    budgets = {"minutes": asked.minutes}, {"epochs": SECOND_EPOCHS}
    try:
        require_packages()
        with tempfile.TemporaryDirectory() as temporary:
            work = asked.work or Path(temporary)
            work.mkdir(parents=True, exist_ok=True)
            size = train(work, asked.out, command, *budgets, MODEL, quiet=False)
    except TextgenError as error:
        sys.exit(str(error))
    print(f"{asked.out}: {size:,} bytes")


if __name__ == "__main__":
    main()
