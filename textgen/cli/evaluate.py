"""`textgen evaluate`: how well a model predicts text, and how much of what it writes is copied."""

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textgen.cli.options import DIALOGUE_FORMATS, FORMATS, corpus_options, debug_option, model_option

if TYPE_CHECKING:
    from textgen.artifact import Model
    from textgen.evaluation.chat import ChatEvaluation
    from textgen.evaluation.part import SplitName
    from textgen.evaluation.report import Evaluation

Judged = tuple[dict[str, Any], Iterator[str]]
"""The figures for programs, and for a person."""

_WIDTH = 100
_INDENT = " " * 4


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
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    metavar="N",
    help="Write N lines and look for copies in them; 0 writes none.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of those lines.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object, for programs.")
@debug_option
def command(
    model: Path,
    corpus: tuple[Path, ...],
    format: str | None,
    split: "SplitName | None",
    samples: int,
    seed: int,
    as_json: bool,
) -> None:
    """Measure a model on text it has not seen.

    Give the corpus the model was trained on, and the part that was held out then is scored; or give another text,
    and all of it is. Bits per character is the figure to compare models by: lower is better.

    \b
    textgen evaluate --model runs/seinfeld --corpus seinfeld.txt
    textgen evaluate --model runs/seinfeld --corpus pilot.txt --json
    """
    from textgen.api import open_folder

    opened = open_folder(model).load()
    judge = _judge_chat if opened.card.kind == "chat" else _judge_script
    values, lines = judge(opened, corpus, format, split, samples, seed)
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False, indent=1))
    else:
        for line in lines:
            click.echo(line)


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _judge_script(
    model: "Model", corpus: tuple[Path, ...], format: str | None, split: "SplitName | None", samples: int, seed: int
) -> Judged:
    from textgen.corpus.collection import ScriptCorpus
    from textgen.evaluation.report import evaluate
    from textgen.writer import ScriptWriter

    result = evaluate(ScriptWriter(model), ScriptCorpus(corpus, format), split, samples, seed, _tell)
    return result.to_json_object(), describe(result)


def _judge_chat(
    model: "Model", corpus: tuple[Path, ...], format: str | None, split: "SplitName | None", samples: int, seed: int
) -> Judged:
    from textgen.chatting.opened import OpenedChat
    from textgen.corpus.dialogues import DialogueCorpus
    from textgen.evaluation.chat import evaluate_chat

    result = evaluate_chat(OpenedChat(model), DialogueCorpus(corpus, format), split, seed, _tell)
    return result.to_json_object(), describe_chat(result)


def describe_chat(result: "ChatEvaluation") -> Iterator[str]:
    """The figures for a person, each with what it means."""
    scores = result.scores
    part = "the held-out dialogues" if result.split == "held-out" else "all dialogues"
    yield _row("bits per character", f"{scores.bits_per_character:.3f}", "of the replies; lower is better")
    yield _row("perplexity", f"{scores.perplexity:,.2f}", "equally likely tokens it hesitates between, on average")
    yield _row("word perplexity", f"{scores.word_perplexity:,.0f}", "the same for a word or the end of a reply")
    for name, other in (("after others' talk", result.shuffled), ("after nothing", result.alone)):
        worse = other.perplexity / scores.perplexity - 1
        yield _row(name, f"{other.perplexity:,.2f}", f"perplexity without the right context: {worse:+.1%}")
    yield _row("text scored", f"{result.exchanges:,}", f"replies: {part}")
    yield _row("", f"{scores.characters:,}", "characters, a line end for each reply included")
    yield _row("", f"{scores.tokens:,}", "tokens of the model, ends included")
    for note in result.notes:
        yield ""
        yield from textwrap.wrap(f"Note: {note}", _WIDTH)


def describe(result: "Evaluation") -> Iterator[str]:
    """The figures for a person, each with what it means."""
    scores = result.scores
    part = "the held-out part of the corpus" if result.split == "held-out" else "all of the corpus"
    yield _row("bits per character", f"{scores.bits_per_character:.3f}", "lower is better; compares all models")
    yield _row("perplexity", f"{scores.perplexity:,.2f}", "equally likely tokens it hesitates between, on average")
    yield _row("word perplexity", f"{scores.word_perplexity:,.0f}", "the same for a word or line end")
    yield _row("text scored", f"{scores.characters:,}", f"characters: {part}")
    yield _row("", f"{scores.words:,}", "words between white space")
    yield _row("", f"{scores.tokens:,}", "tokens of the model, structure included")
    yield _row("lane difference", f"{result.lane_difference:+.4f}", "bits per character added by scoring side by side,")
    yield _row("", "", "measured on the first 20,000 tokens; less on a longer text")
    yield from _copies(result)
    for note in result.notes:
        yield ""
        yield from textwrap.wrap(f"Note: {note}", _WIDTH)


def _copies(result: "Evaluation") -> Iterator[str]:
    novelty = result.novelty
    if novelty is None:
        return
    yield _row(
        "fresh sample", f"{novelty.lines:,}", f"lines, {novelty.words:,} words, written with seed {novelty.seed}"
    )
    if novelty.copied_share is not None:
        yield _row("copied spans", f"{novelty.copied_share:.1%}", "of its eight-word spans stand in the training text")
    if novelty.longest is None:
        yield _row("longest copy", "0", "words: none of its words stands in the training text")
        return
    yield _row("longest copy", f"{len(novelty.longest.words)}", "words in a row that stand in the training text:")
    at = novelty.to_json_object()["copied_at"]
    speaker = f"{at['speaker']}: " if at["speaker"] else ""
    heading = f" ({at['heading']})" if at["heading"] else ""
    yield from _indented(f'"{" ".join(novelty.longest.words)}"')
    yield from _indented(
        f"in {at['file']}, line {at['line']:,}, scene {at['scene']:,}{heading}: {speaker}{at['quote']}"
    )


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)


def _row(name: str, value: str, meaning: str) -> str:
    return f"{name:<20}{value:>12}  {meaning}"
