"""Which page reads more like a scene of the show: one by textgen, or one by markovify?

    python benchmarks/preference.py --corpus sitcom=corpora/sitcom.txt --model sitcom=runs/sitcom --out FOLDER
    python benchmarks/preference.py --out FOLDER --labels judge-1.json judge-2.json

The first command writes `pairs.json`, for judges, and `key.json`, which says whose each page is. A pair has two pages
of thirty lines in random order, both as `NAME: text`, without headings: one by a trained model, one by markovify with
its defaults, which learned the same lines. Corpora and models can be named several times.

Judges see only the pairs, and write a JSON object that gives `A` or `B` for each pair. The second command counts.
"""

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import textgen
from textgen.corpus.collection import Corpus
from textgen.writer import ScriptWriter

LINES, PAIRS = 30, 15
SYSTEMS = ("textgen", "markovify")


def shown(speaker: str | None, text: str) -> str:
    """A line as both kinds of pages show it."""
    return f"{speaker.upper()}: {text}" if speaker else text


def lines_of(corpus: Path) -> list[str]:
    """All lines of a corpus that somebody speaks."""
    return [
        shown(line.speaker, " ".join(line.text.split()))
        for document in Corpus(corpus, kind="scripts").documents()
        for scene in document
        for line in scene.lines
        if line.speaker and line.text.strip()
    ]


def pages_by_textgen(model: Path) -> Iterator[list[str]]:
    """Pages of a trained model, each with its number as the seed."""
    writer = textgen.load(model)
    assert isinstance(writer, ScriptWriter)
    for seed in range(PAIRS):
        script = writer.write(lines=LINES, seed=seed)
        yield [shown(line.speaker, " ".join(line.text.split())) for line in script.lines if line.speaker][:LINES]


def pages_by_markovify(lines: Sequence[str]) -> Iterator[list[str]]:
    """Pages of lines that markovify writes, one after the other."""
    import markovify

    random.seed(0)
    chain = markovify.NewlineText("\n".join(lines), well_formed=False)
    for _ in range(PAIRS):
        yield [chain.make_sentence(tries=100) or random.choice(lines) for _ in range(LINES)]


def make(corpora: dict[str, Path], models: dict[str, Path], out: Path) -> None:
    """Writes the pairs and the key."""
    pairs, key, draw = dict[str, Any](), dict[str, Any](), random.Random(0)
    for name, corpus in corpora.items():
        pages = zip(pages_by_textgen(models[name]), pages_by_markovify(lines_of(corpus)), strict=True)
        for number, both in enumerate(pages, 1):
            order = draw.sample(range(2), 2)
            pair = f"{name} {number}"
            pairs[pair] = {label: both[place] for label, place in zip("AB", order, strict=True)}
            key[pair] = {label: SYSTEMS[place] for label, place in zip("AB", order, strict=True)}
    out.mkdir(parents=True, exist_ok=True)
    (out / "pairs.json").write_text(json.dumps(pairs, indent=1, ensure_ascii=False), encoding="utf-8")
    (out / "key.json").write_text(json.dumps(key, indent=1), encoding="utf-8")


def count(out: Path, labels: Sequence[Path]) -> dict[str, Any]:
    """How often textgen's page was preferred: by each judge, by corpus, and in all."""
    key = json.loads((out / "key.json").read_text(encoding="utf-8"))
    found: dict[str, list[bool]] = {}
    for file in labels:
        for pair, label in json.loads(file.read_text(encoding="utf-8")).items():
            preferred = key[pair][label] == SYSTEMS[0]
            for group in (file.name, pair.rsplit(" ", 1)[0], "all"):
                found.setdefault(group, []).append(preferred)
    return {group: {"preferred": sum(one), "of": len(one)} for group, one in found.items()}


def named(text: str) -> tuple[str, Path]:
    """A name and a path out of `NAME=PATH`."""
    name, path = text.split("=", 1)
    return name, Path(path)


def main() -> None:
    """Makes pairs, or counts labels."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=named, action="append", default=[], metavar="NAME=FILE", help="a corpus")
    parser.add_argument("--model", type=named, action="append", default=[], metavar="NAME=DIR", help="its model")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the pairs")
    parser.add_argument("--labels", type=Path, nargs="+", help="files of judges, to be counted")
    asked = parser.parse_args()
    if asked.labels:
        print(json.dumps(count(asked.out, asked.labels), indent=1))
    else:
        make(dict(asked.corpus), dict(asked.model), asked.out)


if __name__ == "__main__":
    main()
