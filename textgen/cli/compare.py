"""`textgen compare`: Compare the quality and diversity of several models."""

import json
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textgen.cli.options import NamedPath, Whole, corpus_options
from textgen.cli.output import echo
from textgen.decoding.options import LARGEST_SEED
from textgen.errors import ConfigurationError

if TYPE_CHECKING:
    from textgen.corpus.collection import Corpus
    from textgen.evaluation.model_comparison import ModelComparison
    from textgen.writer import ScriptWriter

_WIDTH = 110


def _temperatures(ctx: click.Context, option: click.Parameter, value: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter(
            f"{value!r} was given; it must be numbers with commas between, such as 0.7,1.0,1.3."
        ) from None


@click.command("compare")
@click.argument("models", nargs=-1, required=True, type=NamedPath(), metavar="DIR...")
@corpus_options(required=True)
@click.option(
    "--temperatures",
    callback=_temperatures,
    default="0.5,0.6,0.7,0.8,0.9,1.0,1.1,1.2,1.3",
    show_default=True,
    metavar="X,X",
    help="Temperatures at which each model writes.",
)
@click.option(
    "--samples",
    type=Whole(2),
    default=1000,
    show_default=True,
    metavar="N",
    help="Lines to write at each temperature, 2 or more.",
)
@click.option(
    "--seed", type=Whole(0, LARGEST_SEED), default=0, show_default=True, metavar="N", help="Seed of those lines."
)
@click.option(
    "--out",
    type=NamedPath(),
    metavar="DIR",
    help="Write a report with tables, figures and a picture to DIR, which must be new or empty.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object, for programs.")
def command(
    models: tuple[Path, ...],
    corpus: tuple[Path, ...],
    format: str | None,
    temperatures: tuple[float, ...],
    samples: int,
    seed: int,
    out: Path | None,
    as_json: bool,
    **reading: Any,
) -> None:
    """Compare the quality and diversity of several models.

    At a lower temperature a script model writes better lines but repeats itself more, so a single figure says little.
    Each model writes lines at several temperatures, and the lines are compared with held-out text. A model counts as
    better only where its curve of quality against diversity lies beyond the other's.

    \b
    textgen compare runs/plain runs/adversarial --corpus captions.txt
    textgen compare runs/plain runs/adversarial --corpus captions.txt --out comparison
    """
    from textgen.api import open_folder
    from textgen.evaluation.model_comparison import compare
    from textgen.evaluation.pages import ResultFolder, comparison_files
    from textgen.writer import ScriptWriter

    folder = ResultFolder(out) if out else None
    writers = {name: ScriptWriter(open_folder(path).load()) for name, path in _named(models).items()}
    found = compare(writers, _opened(writers, corpus, format, reading), temperatures, samples, seed, _log)
    if as_json:
        echo(json.dumps(found.to_json_object(), ensure_ascii=False, indent=1))
    else:
        echo("\n".join(_describe(found)))
    if folder is not None:
        folder.write(comparison_files(f"{', '.join(writers)} on {', '.join(map(str, corpus))}", found))
        _log(f"The report is in {folder.path}.")


def _opened(
    writers: Mapping[str, "ScriptWriter"], corpus: tuple[Path, ...], format: str | None, asked: Mapping[str, Any]
) -> "Corpus":
    """The corpus, read as the models read it that learned from it, or else as the first one read its own."""
    from textgen.corpus.collection import Corpus
    from textgen.corpus.reading_options import ReadingOptions

    def read(known: Mapping[str, Any]) -> Corpus:
        return Corpus(corpus, format, options=ReadingOptions.from_json(known).replaced(asked))

    corpora = [writer.card.corpus for writer in writers.values()]
    first = corpora[0].get("reading", {})
    opened = read(first)
    learned = [known.get("reading", {}) for known in corpora if known.get("fingerprint") == opened.fingerprint]
    if any(other != learned[0] for other in learned):
        raise ConfigurationError(
            "Models were to be compared that learned from this corpus, but not all read it with the same options, so "
            "that they did not learn the same text: compare models that did."
        )
    return read(learned[0]) if learned and learned[0] != first else opened


def _named(models: tuple[Path, ...]) -> dict[str, Path]:
    """Models by the names of their folders, or by their paths if two have the same name."""
    paths = dict.fromkeys(models)
    names = [path.name for path in paths]
    return {path.name if names.count(path.name) == 1 else str(path): path for path in paths}


def _log(text: str) -> None:
    echo(text, err=True)


def _describe(found: "ModelComparison") -> Iterator[str]:
    from textgen.evaluation.pages import comparison_facts, curve_table, verdict_sentences

    for curve in found.curves:
        for name, *cells in curve_table(curve, found.real):
            yield f"{name:<17}{''.join(f'{cell:>8}' for cell in cells)}"
        yield ""
    for text in (*verdict_sentences(found), *comparison_facts(found), *(f"Note: {note}" for note in found.notes)):
        yield from textwrap.wrap(text, _WIDTH, subsequent_indent="  ")
