"""Trains the English starter that ships, `textgen/pretrained/english`: a language model that other runs begin with.

    pip install -e ".[train]"
    python corpora/train_english.py --texts DIR --work DIR

1. Plays, prose, sentences and conversations (the files that `corpora/sources.tsv` lists, in the folder of --texts)
   become documents in several layouts, more of them modern than old.
2. One language model learns from all of them, in random order.
3. It is checked, and put in its place with a list of the words of its texts, a README and a NOTICE of all sources.

An interrupted command goes on where it stopped if it is given again with the same --work.
"""

import random
import shlex
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from building.command import options
from building.documents import notice, readme
from building.filters import pieces
from building.scripts import act_documents, conversation_document, prose_documents, sentence_documents
from building.shipping import ship
from building.sources import LEFT_OUT, Source, conversations, listed
from building.talks import named, written

from textgen import train_script
from textgen.errors import TextgenError
from textgen.evaluation.inventions import words_of
from textgen.model_folder import ModelFolder

OUT = Path(__file__).parents[1] / "textgen" / "pretrained" / "english"
SEED = 7

MODEL: dict[str, Any] = {"level": "subword", "vocabulary_limit": 4000, "embedding": 256, "hidden": 512, "layers": 2}
TRAINING: dict[str, Any] = {"dropout": 0.05, "streams": 64, "window": 64, "learning_rate": 5e-3}

SHARES = {"prose": 0.25, "sentences": 0.7}
"""How much of the old or loose texts is taken."""

OWN_SHARE = 0.5
"""How many of this project's own talks are taken: they are plain and modern, but one of the two is always a program."""

_TALKS = {
    "synthetic_persona_chat": 1.0,
    "topical_chat": 0.6,
    "personality_chat/friendly": 0.3,
    "self_dialogue/fashion": 1.0,
    "self_dialogue/comedy": 1.0,
    "self_dialogue/music_and_movies": 1.0,
    "self_dialogue": 0.3,
}
"""How many conversations of a source are taken; most of `self_dialogue` is about films, music and sport."""

_SCENES = 4
"""Conversations in a document."""

_HELD_OUT = 100
"""Each so manieth document is not learned from."""

_SEEN = 3
"""How often a word must occur in the texts to be listed as one."""


@dataclass(frozen=True)
class Prepared:
    """What training reads.

    Args:
        documents: to learn from, in random order.
        held_out: a file of the others.
        counts: of documents and characters, by folder.
    """

    documents: list[str]
    held_out: Path
    counts: dict[str, dict[str, int]]


def prepare(sources: Sequence[Source], texts: Path, work: Path) -> Prepared:
    """Reads all texts and makes documents of them."""
    draw, documents, counts = random.Random(SEED), list[str](), dict[str, dict[str, int]]()
    for folder, made in _folders(sources, texts, draw):
        found = [document for document in made if document.strip()]
        counts[folder] = {"documents": len(found), "characters": sum(map(len, found))}
        documents += found
    draw.shuffle(documents)
    held_out = work / "held-out.txt"
    held_out.write_text("\n\n".join(documents[::_HELD_OUT]), encoding="utf-8")
    return Prepared([text for number, text in enumerate(documents) if number % _HELD_OUT], held_out, counts)


def _folders(sources: Sequence[Source], texts: Path, draw: random.Random) -> Iterator[tuple[str, Iterator[str]]]:
    """The documents of each folder of texts, and of the project's own talks."""

    def contents(folder: str) -> Iterator[str]:
        for source in sources:
            if source.file.startswith(f"{folder}/"):
                yield source.path(texts).read_text(encoding="utf-8")

    yield "plays", (one for play in contents("plays") for one in act_documents(play, draw))
    yield "prose", (one for book in contents("prose") for one in prose_documents(book, draw, SHARES["prose"]))
    sentences = [line for text in contents("sentences") for line in text.splitlines()]
    yield "sentences", sentence_documents(sentences, draw, SHARES["sentences"])
    yield "conversations", _conversations(sources, texts, draw)


def _conversations(sources: Sequence[Source], texts: Path, draw: random.Random) -> Iterator[str]:
    kept = [[text for _, text in named(talk)] for talk in written() if draw.random() < OWN_SHARE]
    for source in sources:
        if source.file.startswith("dialogues/"):
            for belongs, turns in conversations(source.path(texts)):
                share = _TALKS.get(belongs, _TALKS.get(belongs.partition("/")[0], 0.0))
                if belongs not in LEFT_OUT and draw.random() < share:
                    kept += pieces(turns, Counter())
    draw.shuffle(kept)
    for begin in range(0, len(kept), _SCENES):
        yield conversation_document(kept[begin : begin + _SCENES], draw)


def words(prepared: Prepared) -> str:
    """The words that occur often enough in the texts, one a line, sorted."""
    counts = Counter[str]()
    for document in [*prepared.documents, prepared.held_out.read_text(encoding="utf-8")]:
        counts.update(words_of(document))
    return "\n".join(sorted(word for word, count in counts.items() if count >= _SEEN)) + "\n"


def finish(prepared: Prepared, sources: Sequence[Source], trained: Path, out: Path, command: str) -> int:
    """Ships the model; the bytes of its folder."""
    model = ModelFolder(trained).load()
    shipped = replace(model, card=replace(model.card, corpus={**model.card.corpus, "files": ["english"]}))
    text = readme(
        [
            "# english",
            "",
            "The English starter of textgen: `textgen train-script` begins with it where a corpus is English, and",
            "`textgen generate --model english` writes with it as it is. It is an LSTM language model of",
            f"{model.card.architecture.parameters:,} weights in float16. The folder has no text of its sources;",
            f"`words.txt` lists the words that occur at least {_SEEN} times in them.",
        ],
        command,
        sources,
        prepared.counts,
        {"held-out documents": model.card.metrics},
    )
    documents = {"README.md": text, "NOTICE": notice("english", sources), "words.txt": words(prepared)}
    return ship(shipped, documents, (line for one in prepared.documents for line in one.splitlines()), out)


def main() -> None:
    """Reads the command line."""
    parser = options(__doc__, "the held-out text and the model", OUT)
    parser.add_argument("--epochs", type=float, default=2.0, help="how often each document is read (2)")
    asked = parser.parse_args()
    words_of_command = ["python", "corpora/train_english.py", "--texts", "DIR", "--work", "DIR"]
    command = shlex.join([*words_of_command, "--epochs", f"{asked.epochs:g}"])
    trained = asked.work / "english"
    try:
        asked.work.mkdir(parents=True, exist_ok=True)
        sources = [one for folder in ("plays", "prose", "sentences", "dialogues") for one in listed(folder)]
        prepared = prepare(sources, asked.texts, asked.work)
        train_script(
            texts=prepared.documents,
            out=trained,
            validation=prepared.held_out,
            format="colon",
            epochs=asked.epochs,
            seed=SEED,
            resume=True,
            index=False,
            **MODEL,
            **TRAINING,
        )
        size = finish(prepared, sources, trained, asked.out, command)
    except TextgenError as error:
        sys.exit(str(error))
    print(f"{asked.out}: {size:,} bytes")


if __name__ == "__main__":
    main()
