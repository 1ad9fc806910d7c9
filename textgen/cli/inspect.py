"""`textgen inspect`: how a corpus is read, or what a model is."""

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textgen.cli.options import corpus_options, debug_option, model_option

if TYPE_CHECKING:
    from textgen.corpus.scene import Line

_SHOWN_LINES = 3
_SHOWN_SPEAKERS = 12
_SHOWN_FILES = 10
_INDENT = 12
_WIDTH = 100


@click.command("inspect")
@model_option(required=False)
@corpus_options(required=False)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object, for programs.")
@debug_option
def command(model: Path | None, corpus: tuple[Path, ...], format: str | None, as_json: bool) -> None:
    """Show how a corpus is read, or what a model is.

    For a corpus: the format that was recognised and why, scenes, lines and speakers, what was repaired or skipped,
    and its first lines as they were understood. For a model: what it was trained on and how it writes.

    \b
    textgen inspect --corpus seinfeld.txt
    textgen inspect --corpus transcripts/ --format play --json
    textgen inspect --model runs/seinfeld
    """
    if (model is None) == (not corpus):
        raise click.UsageError("inspect shows one thing at a time: give either --corpus FILE... or --model DIR.")
    if model is not None:
        if format is not None:
            raise click.UsageError("--format says how a corpus is read; a model has none: leave it out.")
        facts = _model_facts(model)
        lines = describe_model(facts)
    else:
        from textgen.corpus.collection import ScriptCorpus
        from textgen.evaluation.inspection import corpus_facts, first_lines

        source = ScriptCorpus(corpus, format)
        facts = corpus_facts(source)
        lines = describe_corpus(facts, first_lines(source, _SHOWN_LINES))
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(lines))


def describe_corpus(facts: dict[str, Any], first: "list[Line]") -> Iterator[str]:
    """A corpus for a person."""
    from textgen.text.repairs import REPAIRS

    for file in facts["files"][:_SHOWN_FILES]:
        yield from _row("file", f"{file['path']} ({_bytes(file['bytes'])}, {file['encoding']})")
        yield from _row("read as", f"{file['format']}: {file['reason']}")
    if len(facts["files"]) > _SHOWN_FILES:
        yield from _row("", f"and {len(facts['files']) - _SHOWN_FILES} more files (--json lists all)")
    yield from _row(
        "holds",
        f"{_count(facts['lines'], 'line')} ({facts['narration_lines']:,} without a speaker), "
        f"{_count(facts['scenes'], 'scene')} ({facts['headings']:,} with a heading), "
        f"{_count(facts['documents'], 'document')}, {_count(facts['characters'], 'character')}",
    )
    yield from _speakers(facts["speakers"])
    yield from _counts("repaired", {REPAIRS[kind]: count for kind, count in facts["repairs"].items()})
    yield from _counts("changed", facts["changes"])
    if facts["skipped"]:
        yield from _row("skipped", _count(facts["skipped"], "bad record"))
        for example in facts["skipped_examples"]:
            yield from _row("", example)
    for number, line in enumerate(first):
        text = f"{line.speaker or 'no speaker'} | {line.text}".replace("\n", " / ")
        yield from _row("" if number else "begins", textwrap.shorten(text, _WIDTH - _INDENT, placeholder=" …"))


def describe_model(facts: dict[str, Any]) -> Iterator[str]:
    """A model for a person."""
    network, trained_on = facts["architecture"], facts["trained_on"]
    yield from _row("model", f"{facts['path']} ({facts['kind']}, format version {facts['format_version']})")
    yield from _row(
        "text",
        f"{facts['level']} level, {_count(facts['vocabulary'], 'token')} in the vocabulary, "
        f"{len(facts['labels'])} of them speakers",
    )
    yield from _row(
        "network",
        f"{network['layers']} x {network['hidden']} LSTM, embedding {network['embedding']}, "
        f"{_count(facts['weights'], 'weight')} in {facts['dtype']}",
    )
    held_out = trained_on["split"] and trained_on["split"]["total"] - trained_on["split"]["characters"]
    yield from _row(
        "trained on",
        f"{', '.join(trained_on['files'] or ['unknown files'])}: {_count(trained_on['characters'] or 0, 'character')}"
        + (f", {held_out:,} more held out" if held_out else ", nothing of it held out"),
    )
    yield from _row("measured", _pairs(facts["metrics"]) or "nothing yet")
    yield from _speakers(facts["speakers"])
    yield from _row("writes with", _pairs(facts["decoding"]) or "the usual options")
    yield from _row("made by", _pairs(facts["versions"]))
    yield from _row("on disk", f"{_bytes(facts['bytes'])}, and {_bytes(facts['training_bytes'])} in training/")
    yield from _row("--no-copy", "yes" if facts["novelty_index"] else "no: novelty.bin is not there")
    yield from _row("--resume", "yes" if facts["resumable"] else "no: the training folder was deleted or is not whole")


def _model_facts(path: Path) -> dict[str, Any]:
    from textgen.artifact import ModelFolder
    from textgen.evaluation.inspection import model_facts
    from textgen.training.checkpoint import checkpoint_exists
    from textgen.training.preparation import RUN

    training = ModelFolder(path).training
    return {**model_facts(path), "resumable": checkpoint_exists(training) and (training / RUN).is_file()}


def _speakers(speakers: dict[str, int]) -> Iterator[str]:
    shown = ", ".join(f"{name} {lines:,}" for name, lines in list(speakers.items())[:_SHOWN_SPEAKERS])
    more = f", and {len(speakers) - _SHOWN_SPEAKERS:,} more" if len(speakers) > _SHOWN_SPEAKERS else ""
    yield from _row("speakers", f"{len(speakers):,}: {shown}{more}" if speakers else "none")


def _counts(name: str, counts: dict[str, int]) -> Iterator[str]:
    for number, (thing, count) in enumerate(counts.items()):
        yield from _row("" if number else name, f"{count:,} x {thing}")


def _row(name: str, text: str) -> Iterator[str]:
    indent = " " * _INDENT
    yield from textwrap.wrap(
        text, _WIDTH, initial_indent=f"{name:<{_INDENT}}", subsequent_indent=indent, break_on_hyphens=False
    )


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_number(value)}" for name, value in values.items())


def _number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _bytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"
