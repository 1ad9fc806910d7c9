"""Trains the chat model that ships, `textgen/pretrained/smalltalk`.

    pip install -e ".[train,smalltalk]"
    python corpora/train_smalltalk.py --minutes 30

1. Two packages of conversations and `corpora/smalltalk.txt` are read, filtered and put into normal writing.
2. Stage 1 learns to talk, from all dialogues.
3. Stage 2 goes on with the dialogues in the bot's own voice, and as many of those replies of strangers that it could
   have given itself. What it holds out, stage 1 held out too.
4. The model is made small, checked, and put in its place with a README of all counts.
"""

import argparse
import json
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from smalltalk.preparation import Prepared, prepare
from smalltalk.report import readme
from smalltalk.shipping import ship
from smalltalk.sources import BOT, require_packages

from textgen import train_chat
from textgen.artifact import ModelFolder
from textgen.errors import TextgenError

OUT = Path(__file__).parents[1] / "textgen" / "pretrained" / "smalltalk"

MODEL: dict[str, Any] = {
    "level": "subword",
    "vocabulary_limit": 3000,
    "embedding": 192,
    "hidden": 512,
    "layers": 1,
}
"""3.5 million weights: in float16 seven of the eight megabytes that the folder may have."""

SECOND_STAGE: dict[str, Any] = {"learning_rate": 1e-3}
"""It starts from a trained model: smaller steps, so that not all is forgotten."""

FIRST_SHARE = 0.85
"""Of the minutes."""


def train(
    work: Path, out: Path, command: str, budgets: Sequence[Mapping[str, Any]], model: Mapping[str, Any], quiet: bool
) -> int:
    """Do all steps.

    Args:
        work: a folder for the dialogues and the models of both stages.
        out: where the model is to lie.
        command: as it was typed, for the README.
        budgets: of the two stages, as `train_chat` takes them.
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
    first, second = work / "stage-1", work / "stage-2"
    train_chat(prepared.first, first, **budgets[0], **common, **model)
    train_chat(prepared.second, second, start_from=first, **budgets[1], **common, **SECOND_STAGE)
    trained = ModelFolder(second).load()
    stages = {
        "stage 1, all sources": ModelFolder(first).load_card().metrics,
        "stage 2, the bot's own voice": trained.card.metrics,
    }
    text = readme(command, prepared.counts, stages, trained.card.architecture.parameters)
    return ship(trained, text, _turns(prepared), out)


def _turns(prepared: Prepared) -> Iterator[str]:
    for path in prepared.first:
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield from (turn["text"] for turn in json.loads(line)["turns"])


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0, help="of training, both stages together (30)")
    parser.add_argument("--out", type=Path, default=OUT, help="the model folder, replaced once the new one is trained")
    parser.add_argument("--work", type=Path, help="keep the dialogues and the models of both stages in this folder")
    asked = parser.parse_args()
    command = shlex.join(["python", "corpora/train_smalltalk.py", "--minutes", f"{asked.minutes:g}"])
    budgets = [{"minutes": asked.minutes * FIRST_SHARE}, {"minutes": asked.minutes * (1 - FIRST_SHARE)}]
    try:
        require_packages()
        with tempfile.TemporaryDirectory() as temporary:
            work = asked.work or Path(temporary)
            work.mkdir(parents=True, exist_ok=True)
            size = train(work, asked.out, command, budgets, MODEL, quiet=False)
    except TextgenError as error:
        sys.exit(str(error))
    print(f"{asked.out}: {size:,} bytes")


if __name__ == "__main__":
    main()
