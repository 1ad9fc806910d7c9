"""`textgen evaluate`: how well a model predicts text, and how what it writes compares with it."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from textgen.cli.figures import describe, describe_chat
from textgen.cli.options import DIALOGUE_FORMATS, FORMATS, Whole, corpus_options, debug_option, model_option
from textgen.decoding.options import LARGEST_SEED

if TYPE_CHECKING:
    from textgen.evaluation.part import SplitName
    from textgen.model_folder import Model


_SAMPLES = 1000


class Asked(NamedTuple):
    """What is to be judged by; `samples` is None where nobody said how many."""

    corpus: tuple[Path, ...]
    format: str | None
    split: "SplitName | None"
    samples: int | None
    seed: int


class Judged(NamedTuple):
    """The figures for programs and for a person, and the lines that were written, beside as many real ones."""

    values: dict[str, Any]
    rows: Iterator[str]
    written: Sequence[str] = ()
    real: Sequence[str] = ()


@click.command("evaluate")
@model_option(required=True)
@corpus_options(required=True, formats=(*FORMATS, *DIALOGUE_FORMATS))
@click.option(
    "--split",
    type=click.Choice(["held-out", "all"]),
    help="Which part to score.  [held-out of the corpus it was trained on, all of another]",
)
@click.option(
    "--samples",
    type=Whole(0),
    metavar="N",
    help="Of a script model: write N lines, compare them with held-out ones and look for copies in them; few "
    "make noisy figures, 0 writes none.  [1000]",
)
@click.option("--seed", type=Whole(0, LARGEST_SEED), default=0, show_default=True, metavar="N", help="Of those lines.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write a report with the samples into DIR, which must be new or empty.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object, for programs.")
@debug_option
def command(
    model: Path,
    corpus: tuple[Path, ...],
    format: str | None,
    split: "SplitName | None",
    samples: int | None,
    seed: int,
    report: Path | None,
    as_json: bool,
) -> None:
    """Measure a model on text it has not seen, and what it writes.

    Give the corpus the model was trained on, and the part that was held out then is scored; or give another text,
    and all of it is. Bits per character is the figure to compare models by: lower is better. Fresh lines are compared
    with real ones (BLEU, diversity, the distance between their meanings), and looked for in the training text; what
    real text comes to stands beside each figure.

    \b
    textgen evaluate --model runs/seinfeld --corpus seinfeld.txt
    textgen evaluate --model runs/seinfeld --corpus seinfeld.txt --report seinfeld-report
    textgen evaluate --model runs/seinfeld --corpus pilot.txt --json
    """
    from textgen.api import open_folder
    from textgen.evaluation.folder import ResultFolder

    folder = ResultFolder(report) if report else None
    opened = open_folder(model).load()
    judge = _judge_chat if opened.card.kind == "chat" else _judge_script
    values, lines, written, real = judge(opened, Asked(corpus, format, split, samples, seed))
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False, indent=1))
    else:
        for line in lines:
            click.echo(line)
    if folder is not None:
        from textgen.evaluation.page import report_files

        folder.write(report_files(f"{model} on {', '.join(map(str, corpus))}", values, written, real))
        _tell(f"The report is in {folder.path}.")


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _judge_script(model: "Model", asked: Asked) -> Judged:
    from textgen.corpus.collection import ScriptCorpus
    from textgen.evaluation.report import evaluate
    from textgen.writer import ScriptWriter

    writer = ScriptWriter(model)
    samples = _SAMPLES if asked.samples is None else asked.samples
    result = evaluate(writer, ScriptCorpus(asked.corpus, asked.format), asked.split, samples, asked.seed, _tell)
    written, real = ([writer.style.line_text(line) for line in lines] for lines in (result.samples, result.real))
    return Judged(result.to_json_object(), describe(result), written, real)


def _judge_chat(model: "Model", asked: Asked) -> Judged:
    from textgen.chatting.opened import OpenedChat
    from textgen.corpus.dialogues import DialogueCorpus
    from textgen.errors import ConfigurationError
    from textgen.evaluation.chat import evaluate_chat

    if asked.samples:
        raise ConfigurationError(
            f"--samples {asked.samples} was asked for, but {model.path} is a chat model, which answers the held-out "
            "messages and writes nothing else: leave it out."
        )
    corpus = DialogueCorpus(asked.corpus, asked.format)
    result = evaluate_chat(OpenedChat(model), corpus, asked.split, asked.seed, _tell)
    return Judged(result.to_json_object(), describe_chat(result))
