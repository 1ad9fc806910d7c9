"""Trains the chat starter that ships, `textgen/pretrained/dialogue`: a chat model that other runs begin with.

    pip install -e ".[train]"
    python corpora/train_dialogue.py --texts DIR --work DIR

It is the first stage of Wren (`train_smalltalk.py`) without the talks that were written for Wren: a bot that goes on
from it learns a way of speaking of its own sooner (`benchmarks/README.md`).

1. Conversations of others (the files of `dialogues/` that `corpora/sources.tsv` lists, in the folder of --texts) are
   filtered.
2. One chat model learns from all of them; the last tenth is held out.
3. It is checked, and put in its place with a README of all counts and a NOTICE of all sources.

An interrupted command goes on where it stopped if it is given again with the same --work.
"""

import random
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from building.chats import FIRST, SEED, talks_of_others, train_stage, write_talks
from building.command import options
from building.documents import notice, readme
from building.shipping import ship
from building.sources import Source, listed

from textgen.errors import TextgenError
from textgen.model_folder import Model, ModelFolder

OUT = Path(__file__).parents[1] / "textgen" / "pretrained" / "dialogue"


def finish(
    trained: Model,
    talks: Sequence[Sequence[str]],
    sources: Sequence[Source],
    counts: Mapping[str, Mapping[str, int]],
    out: Path,
    command: str,
) -> int:
    """Ships the model; the bytes of its folder."""
    text = readme(_opening(trained), command, sources, counts, {"last tenth": trained.card.metrics})
    documents = {"README.md": text, "NOTICE": notice("dialogue", sources)}
    return ship(trained, documents, (turn for talk in talks for turn in talk), out)


def _opening(model: Model) -> list[str]:
    return [
        "# dialogue",
        "",
        "The chat starter of textgen: `textgen train-chat` begins with it where dialogues are English. It is an LSTM",
        f"encoder-decoder with attention and copying, of {model.card.architecture.parameters:,} weights in float16.",
        "It has learned from people who talk to each other, and from nothing that was written for Wren, the chat model",
        "`smalltalk`. The folder has no text of its sources.",
    ]


def main() -> None:
    """Reads the command line."""
    parser = options(__doc__, "the talks and the model", OUT)
    parser.add_argument("--minutes", type=float, default=34.0, help="of training (34)")
    asked = parser.parse_args()
    words = ["python", "corpora/train_dialogue.py", "--texts", "DIR", "--work", "DIR", "--minutes"]
    command, trained = shlex.join([*words, f"{asked.minutes:g}"]), asked.work / "dialogue"
    try:
        asked.work.mkdir(parents=True, exist_ok=True)
        sources = listed("dialogues")
        talks, counts = talks_of_others(sources, asked.texts)
        random.Random(SEED).shuffle(talks)
        write_talks(asked.work / "talks.jsonl", ({"turns": talk} for talk in talks))
        train_stage(trained, asked.work / "talks.jsonl", asked.minutes, **FIRST)
        size = finish(ModelFolder(trained).load(), talks, sources, counts, asked.out, command)
    except TextgenError as error:
        sys.exit(str(error))
    print(f"{asked.out}: {size:,} bytes")


if __name__ == "__main__":
    main()
