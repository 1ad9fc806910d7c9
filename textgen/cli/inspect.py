"""`textgen inspect`: Show how a corpus is read, or describe a model."""

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textgen.cli.options import corpus_options, model_option
from textgen.cli.output import echo
from textgen.wording import count

if TYPE_CHECKING:
    from textgen.corpus.collection import Corpus
    from textgen.corpus.document import Line
    from textgen.corpus.reading_options import ReadingOptions

INDENT = 12
WIDTH = 100

_SHOWN_LINES = 3
_SHOWN_SPEAKERS = 12
_SHOWN_FILES = 10
_SHOWN_COLUMNS = 30
_SHOWN_REPLY = 60


@click.command("inspect")
@model_option(required=False)
@corpus_options(required=False, dialogues=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object, for programs.")
def command(
    model: Path | None, corpus: tuple[Path, ...], format: str | None, as_json: bool, **reading: str | int | None
) -> None:
    """Show how a corpus is read, or describe a model.

    For a corpus: the recognised format and the reason for it, the number of scenes, lines and speakers (or dialogues
    and turns), what was repaired or skipped, and how its first lines were read. For a model: what it was trained on
    and how it writes.

    \b
    textgen inspect --corpus seinfeld.txt
    textgen inspect --corpus transcripts/ --format play --json
    textgen inspect --corpus questions.txt answers.txt
    textgen inspect --model runs/seinfeld
    """
    if (model is None) == (not corpus):
        raise click.UsageError("inspect shows one thing at a time: give either --corpus FILE... or --model DIR.")
    from textgen.corpus.reading_options import AS_FOUND

    options = AS_FOUND.replaced(reading)
    if model is not None:
        if format is not None:
            raise click.UsageError("--format says how a corpus is read, and a model has no format: leave it out.")
        facts = _model_facts(model)
        lines = describe_model(facts)
    elif (dialogues := _dialogues(corpus, format, options)) is not None and (format or dialogues.sure):
        from textgen.evaluation.inspection import dialogue_facts, first_turns

        facts = dialogue_facts(dialogues)
        lines = describe_dialogues(facts, first_turns(dialogues, _SHOWN_LINES))
    else:
        from textgen.corpus.collection import Corpus
        from textgen.evaluation.inspection import corpus_facts, first_lines

        source = Corpus(corpus, format, options=options)
        facts = corpus_facts(source)
        lines = describe_corpus(facts, first_lines(source, _SHOWN_LINES))
        if dialogues is not None:
            lines = chain(lines, describe_for_chat(dialogues))
    if as_json:
        echo(json.dumps(facts, ensure_ascii=False, indent=1))
    else:
        echo("\n".join(lines))


def describe_corpus(facts: dict[str, Any], first: "list[Line]") -> Iterator[str]:
    """The facts about a corpus of scripts, as rows."""
    yield from corpus_files(facts["files"])
    yield from row(
        "holds",
        f"{count(facts['lines'], 'line')} ({facts['narration_lines']:,} without a speaker), "
        f"{count(facts['scenes'], 'scene')} ({facts['headings']:,} with a heading), "
        f"{count(facts['documents'], 'document')}, {count(facts['characters'], 'character')}",
    )
    yield from speakers(facts["speakers"])
    yield from corpus_treatment(facts)
    if left_out := facts["left_out"]:
        more = f" and {len(left_out) - 1:,} more" if len(left_out) > 1 else ""
        yield from row("left out", f"{left_out[0]}{more}: JSON, XML or HTML that is no script in a known format")
    for number, line in enumerate(first):
        text = f"{line.speaker or 'no speaker'} | {line.text}".replace("\n", " / ")
        yield from short_row("" if number else "begins", text)


def describe_for_chat(dialogues: "Corpus") -> Iterator[str]:
    """A note for a corpus that `train-chat` would not read as a script."""
    for format in dict.fromkeys(file.format for file in dialogues.files):
        if format != "script":
            yield from row("for a chat", f"train-chat reads this as {format}; --format {format} shows how")


def describe_dialogues(facts: dict[str, Any], first: "Sequence[Line]") -> Iterator[str]:
    """The facts about a corpus of dialogues, as rows."""
    yield from corpus_files(facts["files"])
    yield from row(
        "holds",
        f"{count(facts['dialogues'], 'dialogue')} (the longest has {count(facts['longest_dialogue'], 'turn')}), "
        f"{count(facts['turns'], 'turn')} ({facts['empty_turns']:,} empty), {count(facts['characters'], 'character')}",
    )
    yield from speakers(facts["speakers"])
    if dominating := facts["dominating_reply"]:
        yield from row("same reply", f'one is {dominating["share"]:.0%} of all: "{dominating["text"][:_SHOWN_REPLY]}"')
    yield from corpus_treatment(facts)
    for number, turn in enumerate(first):
        text = f"{turn.speaker} | {turn.text}" if turn.speaker else f"- {turn.text}"
        yield from short_row("" if number else "begins", text)


def describe_model(facts: dict[str, Any]) -> Iterator[str]:
    """The facts about a model, as rows."""
    network, trained_on = facts["architecture"], facts["trained_on"]
    yield from row("model", f"{facts['path']} ({facts['kind']}, format version {facts['format_version']})")
    yield from row(
        "text",
        f"{facts['level']} level, {count(facts['vocabulary'], 'token')} in the vocabulary, "
        f"{len(facts['labels'])} of them speakers",
    )
    yield from row(
        "network",
        f"{network['layers']} x {network['hidden']} LSTM, embedding {network['embedding']}, "
        f"{count(facts['weights'], 'weight')} in {facts['dtype']}",
    )
    yield from row(
        "trained on",
        f"{', '.join(trained_on['files'] or ['unknown files'])}: {count(trained_on['characters'] or 0, 'character')}"
        + f", {_held_out(trained_on['split'], facts['metrics'])}",
    )
    yield from row("measured", pairs(facts["metrics"]) or "nothing yet")
    yield from speakers(facts["speakers"])
    yield from row("writes with", pairs(facts["decoding"]) or "the default options")
    yield from row("made with", pairs(facts["versions"]))
    yield from row("on disk", f"{size(facts['bytes'])}, and {size(facts['training_bytes'])} in training/")
    yield from row("--no-copy", "yes" if facts["novelty_index"] else "no: novelty.bin is missing")
    yield from row("--rerank", _discriminator(facts["discriminator"], facts["kind"]))
    yield from row("--resume", "yes" if facts["resumable"] else "no: the training folder was deleted or is incomplete")


def _discriminator(facts: dict[str, Any] | None, kind: str) -> str:
    """Whether a model has a discriminator, and how accurate it is."""
    from textgen.discriminator.scorer import JUDGED

    if facts is None:
        return "no: textgen train-discriminator has not been run"
    match facts["metrics"]:
        case {"accuracy": {"discriminator": int() | float() as right}, "texts": int() as texts}:
            found = f"yes: right about {right:.1%} of {texts:,} unseen {JUDGED[kind]}"
        case _:
            found = "yes: how good it is was not stored"
    match facts["metrics"]:
        case {"with_message": {"hits_at_1": int() | float() as hits}}:
            found += f", finds {hits:.1%} of them among 20"
    return f"{found}; made before the model was last trained: make a new one" if facts["outdated"] else found


def _dialogues(corpus: tuple[Path, ...], format: str | None, options: "ReadingOptions") -> "Corpus | None":
    """The corpus as dialogues, if it was asked for as such or can be read so."""
    from textgen.corpus.collection import Corpus, recognise_dialogues
    from textgen.corpus.format_table import DIALOGUE_FORMATS

    if format is None:
        return recognise_dialogues(corpus, options)
    return Corpus(corpus, format, "dialogues", options) if format in DIALOGUE_FORMATS else None


def _held_out(split: dict[str, Any] | None, metrics: Mapping[str, Any]) -> str:
    """What was held out: characters of a script writer's corpus, dialogues of a chatbot's, or other texts."""
    if not split:
        match metrics:
            case {"held_out_characters": int() as others} | {"characters": int() as others} if others:
                return f"all of it learned; {count(others, 'character')} of other texts held out"
        return "none of it held out"
    if "dialogues" in split:
        return f"{count(sum(split['held_out']), 'dialogue')} of {sum(split['dialogues']):,} held out"
    return f"{split['total'] - split['characters']:,} more held out"


def _model_facts(path: Path) -> dict[str, Any]:
    from textgen.api import open_folder
    from textgen.evaluation.inspection import model_facts
    from textgen.training.checkpoint import ADVERSARIAL, RUN, checkpoint_exists

    folder = open_folder(path)
    runs = folder.training, folder.training / ADVERSARIAL
    resumable = any(checkpoint_exists(run) and (run / RUN).is_file() for run in runs)
    return {**model_facts(folder.path), "resumable": resumable}


def row(name: str, text: str) -> Iterator[str]:
    """A name and a text, as one line or several."""
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=f"{name:<{INDENT}}", subsequent_indent=" " * INDENT, break_on_hyphens=False
    )


def short_row(name: str, text: str) -> Iterator[str]:
    """A name and a text, as one line; a long text is cut, between words if it has any."""
    width, whole = WIDTH - INDENT, " ".join(text.split())
    shown = textwrap.shorten(whole, width, placeholder=" …")
    if len(shown) < min(len(whole), width // 2):
        shown = f"{whole[: width - 1]}…"
    yield from row(name, shown)


def corpus_files(files: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Rows for the files of a corpus and the format of each."""
    for file in files[:_SHOWN_FILES]:
        yield from row("file", f"{file['path']} ({size(file['bytes'])}, {file['encoding']})")
        if file["encoding_doubt"]:
            yield from row("encoding", file["encoding_doubt"])
        yield from row("read as", f"{file['format']}: {file['reason']}")
        yield from columns(file["columns"])
    if len(files) > _SHOWN_FILES:
        yield from row("", f"and {count(len(files) - _SHOWN_FILES, 'more file')} (--json lists all)")


def columns(found: Sequence[Mapping[str, str | None]]) -> Iterator[str]:
    """A row with the columns of a table and what each was taken for."""
    described = (
        f"{' '.join(filter(None, (str(number), one['name'])))}: {one['taken_for'] or '-'}"
        for number, one in enumerate(found[:_SHOWN_COLUMNS], start=1)
    )
    more = f", and {len(found) - _SHOWN_COLUMNS} more" if len(found) > _SHOWN_COLUMNS else ""
    if found:
        yield from row("columns", ", ".join(described) + more)


def corpus_treatment(facts: Mapping[str, Any]) -> Iterator[str]:
    """Rows for what was repaired, changed and skipped in a corpus."""
    from textgen.corpus.reading import REPAIRS

    yield from _counts("repaired", {REPAIRS[kind]: times for kind, times in facts["repairs"].items()})
    yield from _counts("changed", facts["changes"])
    if facts["skipped"]:
        yield from row("skipped", count(facts["skipped"], "bad record"))
        for example in facts["skipped_examples"]:
            yield from row("", example)


def speakers(lines: Mapping[str, int]) -> Iterator[str]:
    """A row that says how often each speaker speaks."""
    shown = ", ".join(f"{name} {times:,}" for name, times in list(lines.items())[:_SHOWN_SPEAKERS])
    more = f", and {len(lines) - _SHOWN_SPEAKERS:,} more" if len(lines) > _SHOWN_SPEAKERS else ""
    yield from row("speakers", f"{len(lines):,}: {shown}{more}" if lines else "none")


def pairs(values: Mapping[str, Any]) -> str:
    """Settings or measures in one line."""
    return ", ".join(f"{name.replace('_', ' ')} {_number(value)}" for name, value in values.items())


def size(number: int) -> str:
    """A number of bytes in words."""
    return f"{number / 1e6:.1f} MB" if number >= 1e6 else f"{number / 1e3:.1f} kB"


def _counts(name: str, counts: Mapping[str, int]) -> Iterator[str]:
    for number, (thing, times) in enumerate(counts.items()):
        yield from row("" if number else name, f"{times:,} x {thing}")


def _number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
