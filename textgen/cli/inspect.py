"""`textgen inspect`: how a corpus is read, or what a model is."""

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textgen.cli.options import DIALOGUE_FORMATS, FORMATS, corpus_options, debug_option, model_option
from textgen.cli.rows import corpus_files, corpus_treatment, pairs, row, short_row, size, speakers
from textgen.wording import count

if TYPE_CHECKING:
    from textgen.corpus.dialogue import Turn
    from textgen.corpus.dialogues import DialogueCorpus
    from textgen.corpus.scene import Line

_SHOWN_LINES = 3


@click.command("inspect")
@model_option(required=False)
@corpus_options(required=False, formats=(*FORMATS, *DIALOGUE_FORMATS))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object, for programs.")
@debug_option
def command(model: Path | None, corpus: tuple[Path, ...], format: str | None, as_json: bool) -> None:
    """Show how a corpus is read, or what a model is.

    For a corpus: the format that was recognised and why, scenes, lines and speakers (or dialogues and turns), what was
    repaired or skipped, and its beginning as it was understood. For a model: what it was trained on and how it writes.

    \b
    textgen inspect --corpus seinfeld.txt
    textgen inspect --corpus transcripts/ --format play --json
    textgen inspect --corpus questions.txt answers.txt
    textgen inspect --model runs/seinfeld
    """
    if (model is None) == (not corpus):
        raise click.UsageError("inspect shows one thing at a time: give either --corpus FILE... or --model DIR.")
    if model is not None:
        if format is not None:
            raise click.UsageError("--format says how a corpus is read; a model has none: leave it out.")
        facts = _model_facts(model)
        lines = describe_model(facts)
    elif (dialogues := _dialogues(corpus, format)) is not None:
        from textgen.evaluation.inspection import dialogue_facts, first_turns

        facts = dialogue_facts(dialogues)
        lines = describe_dialogues(facts, first_turns(dialogues, _SHOWN_LINES))
    else:
        from textgen.corpus.collection import ScriptCorpus
        from textgen.evaluation.inspection import corpus_facts, first_lines

        source = ScriptCorpus(corpus, format)
        facts = corpus_facts(source)
        lines = describe_corpus(facts, first_lines(source, _SHOWN_LINES))
        if format is None:
            lines = chain(lines, describe_for_chat(corpus))
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(lines))


def describe_corpus(facts: dict[str, Any], first: "list[Line]") -> Iterator[str]:
    """A corpus for a person."""
    yield from corpus_files(facts["files"])
    yield from row(
        "holds",
        f"{count(facts['lines'], 'line')} ({facts['narration_lines']:,} without a speaker), "
        f"{count(facts['scenes'], 'scene')} ({facts['headings']:,} with a heading), "
        f"{count(facts['documents'], 'document')}, {count(facts['characters'], 'character')}",
    )
    yield from speakers(facts["speakers"])
    yield from corpus_treatment(facts)
    for number, line in enumerate(first):
        text = f"{line.speaker or 'no speaker'} | {line.text}".replace("\n", " / ")
        yield from short_row("" if number else "begins", text)


def describe_for_chat(paths: tuple[Path, ...]) -> Iterator[str]:
    """That `train-chat` reads a corpus as something else than a script, where it does."""
    from textgen.corpus.dialogues import DialogueCorpus
    from textgen.errors import CorpusError

    try:
        formats = dict.fromkeys(file.format for file in DialogueCorpus(paths).files)
    except CorpusError:
        return
    for format in formats:
        if format != "script":
            yield from row("for a chat", f"train-chat reads this as {format}: --format {format} shows it")


def describe_dialogues(facts: dict[str, Any], first: "Sequence[Turn]") -> Iterator[str]:
    """A corpus of dialogues for a person."""
    yield from corpus_files(facts["files"])
    yield from row(
        "holds",
        f"{count(facts['dialogues'], 'dialogue')} (the longest has {count(facts['longest_dialogue'], 'turn')}), "
        f"{count(facts['turns'], 'turn')} ({facts['empty_turns']:,} empty), {count(facts['characters'], 'character')}",
    )
    yield from speakers(facts["speakers"])
    yield from corpus_treatment(facts)
    for number, turn in enumerate(first):
        text = f"{turn.speaker} | {turn.text}" if turn.speaker else f"- {turn.text}"
        yield from short_row("" if number else "begins", text)


def describe_model(facts: dict[str, Any]) -> Iterator[str]:
    """A model for a person."""
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
        + f", {_held_out(trained_on['split'])}",
    )
    yield from row("measured", pairs(facts["metrics"]) or "nothing yet")
    yield from speakers(facts["speakers"])
    yield from row("writes with", pairs(facts["decoding"]) or "the usual options")
    yield from row("made by", pairs(facts["versions"]))
    yield from row("on disk", f"{size(facts['bytes'])}, and {size(facts['training_bytes'])} in training/")
    yield from row("--no-copy", "yes" if facts["novelty_index"] else "no: novelty.bin is not there")
    yield from row("--rerank", _discriminator(facts["discriminator"], facts["kind"]))
    yield from row("--resume", "yes" if facts["resumable"] else "no: the training folder was deleted or is not whole")


def _discriminator(facts: dict[str, Any] | None, kind: str) -> str:
    """What the discriminator of a model of a kind is worth."""
    from textgen.discriminator.scorer import JUDGED

    if facts is None:
        return "no: textgen train-discriminator was not run"
    metrics = facts["metrics"]
    worth = (
        f"yes: {metrics['accuracy']['discriminator']:.1%} of {metrics['texts']:,} unseen {JUDGED[kind]} judged right"
    )
    return f"{worth}; made before the model was trained on, make a new one" if facts["outdated"] else worth


def _dialogues(corpus: tuple[Path, ...], format: str | None) -> "DialogueCorpus | None":
    """The corpus as dialogues, where they are asked for or recognised without doubt."""
    from textgen.corpus.dialogues import DialogueCorpus, recognise_dialogues

    if format is None:
        return recognise_dialogues(corpus)
    return DialogueCorpus(corpus, format) if format in DIALOGUE_FORMATS else None


def _held_out(split: dict[str, Any] | None) -> str:
    """What was held out of the corpus of a script writer (in characters) or of a chatbot (in dialogues)."""
    if not split:
        return "nothing of it held out"
    if "dialogues" in split:
        return f"{count(sum(split['held_out']), 'dialogue')} of {sum(split['dialogues']):,} held out"
    return f"{split['total'] - split['characters']:,} more held out"


def _model_facts(path: Path) -> dict[str, Any]:
    from textgen.api import open_folder
    from textgen.evaluation.inspection import model_facts
    from textgen.training.checkpoint import checkpoint_exists
    from textgen.training.run_record import ADVERSARIAL, RUN

    folder = open_folder(path)
    runs = folder.training, folder.training / ADVERSARIAL
    resumable = any(checkpoint_exists(run) and (run / RUN).is_file() for run in runs)
    return {**model_facts(folder.path), "resumable": resumable}
