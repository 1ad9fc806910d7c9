"""`textgen evaluate`: Measure how well a model predicts and writes."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from textgen.cli.options import NamedPath, Whole, corpus_options, model_option
from textgen.cli.output import echo
from textgen.decoding.options import LARGEST_SEED
from textgen.wording import count

if TYPE_CHECKING:
    from textgen.corpus.collection import Corpus, Kind
    from textgen.evaluation.eval_split import SplitName
    from textgen.evaluation.inventions import Inventions
    from textgen.evaluation.model_comparison import Comparison
    from textgen.evaluation.report import ChatEvaluation, Evaluation
    from textgen.model_folder import Model

_SAMPLES = 1000
_WIDTH = 100
_INDENT = " " * 4


class _Request(NamedTuple):
    """What to score, as asked for; `samples` is None if no number was given."""

    corpus: tuple[Path, ...]
    format: str | None
    split: "SplitName | None"
    samples: int | None
    seed: int
    reading: dict[str, Any]

    def open(self, model: "Model", kind: "Kind") -> "Corpus":
        """Opens the corpus as the model's was read in training, except for what was asked for."""
        from textgen.corpus.collection import Corpus
        from textgen.corpus.reading_options import ReadingOptions

        known = ReadingOptions.from_json(model.card.corpus.get("reading", {}))
        return Corpus(self.corpus, self.format, kind, known.replaced(self.reading))


class _Result(NamedTuple):
    """The figures, for programs and for a person, and the lines written with as many real ones."""

    values: dict[str, Any]
    rows: Iterator[str]
    written: Sequence[str] = ()
    real: Sequence[str] = ()


@click.command("evaluate")
@model_option(required=True)
@corpus_options(required=True, dialogues=True)
@click.option(
    "--split",
    type=click.Choice(["held-out", "all"]),
    help="Which part of the corpus to score.  [held-out if the model was trained on it, else all]",
)
@click.option(
    "--samples",
    type=Whole(0),
    metavar="N",
    help="For script models: write N lines, compare them with held-out lines and search them for copies. Few lines "
    "give noisy figures; 0 writes none.  [1000]",
)
@click.option(
    "--seed",
    type=Whole(0, LARGEST_SEED),
    default=0,
    show_default=True,
    metavar="N",
    help="Seed of those lines; for chat models, of the exchange of contexts.",
)
@click.option(
    "--report",
    type=NamedPath(),
    metavar="DIR",
    help="Write a report with the samples to DIR, which must be new or empty.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object, for programs.")
def command(
    model: Path,
    corpus: tuple[Path, ...],
    format: str | None,
    split: "SplitName | None",
    samples: int | None,
    seed: int,
    report: Path | None,
    as_json: bool,
    **reading: Any,
) -> None:
    """Measure how well a model predicts and writes.

    If the model was trained on the corpus, the held-out part of it is scored; any other corpus is scored whole. To
    compare models, use bits per character: lower is better. Lines that the model writes are compared with real ones
    (BLEU, diversity, distance between meanings) and searched for copies of the training text. Beside each figure
    stands the figure of real text.

    \b
    textgen evaluate --model runs/seinfeld --corpus seinfeld.txt
    textgen evaluate --model runs/seinfeld --corpus seinfeld.txt --report seinfeld-report
    textgen evaluate --model runs/seinfeld --corpus pilot.txt --json
    """
    from textgen.api import open_folder
    from textgen.evaluation.pages import ResultFolder

    folder = ResultFolder(report) if report else None
    opened = open_folder(model).load()
    measure = _evaluate_chat if opened.card.kind == "chat" else _evaluate_script
    values, lines, written, real = measure(opened, _Request(corpus, format, split, samples, seed, reading))
    if as_json:
        echo(json.dumps(values, ensure_ascii=False, indent=1))
    else:
        for line in lines:
            echo(line)
    if folder is not None:
        from textgen.evaluation.pages import report_files

        folder.write(report_files(f"{model} on {', '.join(map(str, corpus))}", values, written, real))
        _log(f"The report is in {folder.path}.")


def _log(text: str) -> None:
    echo(text, err=True)


def _evaluate_script(model: "Model", asked: _Request) -> _Result:
    from textgen.evaluation.report import evaluate
    from textgen.writer import ScriptWriter

    writer = ScriptWriter(model)
    samples = _SAMPLES if asked.samples is None else asked.samples
    result = evaluate(writer, asked.open(model, "scripts"), asked.split, samples, asked.seed, _log)
    written, real = ([writer.style.line_text(line) for line in lines] for lines in (result.samples, result.real))
    return _Result(result.to_json_object(), describe(result), written, real)


def _evaluate_chat(model: "Model", asked: _Request) -> _Result:
    from textgen.errors import ConfigurationError
    from textgen.evaluation.report import evaluate_chat
    from textgen.generation.chat_model import ChatModel

    if asked.samples:
        raise ConfigurationError(
            f"--samples {asked.samples} was asked for, but {model.path} is a chat model, which answers the held-out "
            "messages and writes nothing else: leave it out."
        )
    result = evaluate_chat(ChatModel(model), asked.open(model, "dialogues"), asked.split, asked.seed, _log)
    return _Result(result.to_json_object(), describe_chat(result))


def describe_chat(result: "ChatEvaluation") -> Iterator[str]:
    """The figures for a person, each with its meaning."""
    scores = result.scores
    part = "the held-out dialogues" if result.split == "held-out" else "all dialogues"
    yield _row("bits per character", f"{scores.bits_per_character:.3f}", "of the replies; lower is better")
    yield _row("perplexity", f"{scores.perplexity:,.2f}", "as uncertain as a choice among this many tokens")
    yield _row("word perplexity", f"{scores.word_perplexity:,.0f}", "the same per word or end of a reply")
    others = [("other context", "another conversation as", result.shuffled)] if result.exchanges > 1 else []
    for name, which, other in (*others, ("no context", "no", result.alone)):
        worse = other.perplexity / scores.perplexity - 1
        yield _row(name, f"{other.perplexity:,.2f}", f"perplexity with {which} context: {worse:+.1%}")
    if result.attention_on_message is not None:
        yield _row("on the message", f"{result.attention_on_message:.2f}", "share of attention on the newest turn")
    if result.hits_at_1 is not None:
        yield _row("hits at 1", f"{result.hits_at_1:.1%}", "true replies that the discriminator finds among 20")
    yield _row("text scored", f"{result.exchanges:,}", f"{'reply' if result.exchanges == 1 else 'replies'}: {part}")
    yield _row("", f"{scores.characters:,}", "characters, including a line end per reply")
    yield _row("", f"{scores.tokens:,}", "tokens of the model, including ends")
    for note in result.notes:
        yield ""
        yield from textwrap.wrap(f"Note: {note}", _WIDTH)


def describe(result: "Evaluation") -> Iterator[str]:
    """The figures for a person, each with its meaning."""
    scores = result.scores
    part = "the held-out part of the corpus" if result.split == "held-out" else "all of the corpus"
    yield _row("bits per character", f"{scores.bits_per_character:.3f}", "lower is better; compares any two models")
    yield _row("perplexity", f"{scores.perplexity:,.2f}", "as uncertain as a choice among this many tokens")
    yield _row("word perplexity", f"{scores.word_perplexity:,.0f}", "the same per word or line end")
    yield _row("text scored", f"{scores.characters:,}", f"characters: {part}")
    yield _row("", f"{scores.words:,}", "words separated by white space")
    yield _row("", f"{scores.tokens:,}", "tokens of the model, including structure")
    yield _row("lane difference", f"{result.lane_difference:+z.4f}", "bits per character added by scoring in parallel")
    yield _row("", "", "(on the first 20,000 tokens; less on a longer text)")
    if result.comparison is not None:
        yield from _compared(result.comparison)
    yield from _copies(result)
    yield from _inventions(result.inventions)
    for note in result.notes:
        yield ""
        yield from textwrap.wrap(f"Note: {note}", _WIDTH)


def _compared(found: "Comparison") -> Iterator[str]:
    from textgen.evaluation.text_metrics import MEASURES

    yield ""
    yield f"{'':<20}{'written':>12}  {'95 in 100 samples':<19}{'real text':>9}"
    for name, figure in found.written.items():
        measure = MEASURES[name]
        low, high = measure.clipped(figure.interval)
        digits = 2 if measure.highest is None and figure.value >= 1 else 3
        interval = f"{low:.{digits}f} to {high:.{digits}f}"
        real = f"{found.real[name].value:.{digits}f}" if name in found.real else ""
        better = "near real text" if measure.better == "as real" else f"{measure.better} is better"
        yield f"{_row(measure.title, f'{figure.value:.{digits}f}', f'{interval:<19}{real:>9}')}  {better}"
    yield ""
    yield from textwrap.wrap(
        f"The model's {count(found.lines, 'line')} and as many real ones were compared with {found.references:,} real "
        f"lines; tokens: {found.tokenisation}.",
        _WIDTH,
    )
    if found.encoder is not None:
        yield from textwrap.wrap(
            f"Frechet distance: {found.frechet_lines:,} lines on each side, {found.encoder}.", _WIDTH
        )
    yield ""


def _copies(result: "Evaluation") -> Iterator[str]:
    novelty = result.novelty
    if novelty is None:
        return
    number, lines = count(novelty.lines, "line").split()
    yield _row("sample", number, f"{lines}, {count(novelty.words, 'word')}, written with seed {novelty.seed}")
    if novelty.copied_share is not None:
        real = result.real_value("copied_share")
        beside = "" if real is None else f" (real lines: {real:.1%})"
        meaning = f"of its eight-word spans are in the training text{beside}"
        yield _row("copied spans", f"{novelty.copied_share:.1%}", meaning)
    if novelty.longest is None:
        yield _row("longest copy", "0", "words: none of its words is in the training text")
        return
    yield _row("longest copy", f"{len(novelty.longest.words)}", "words in a row that are in the training text:")
    at = novelty.to_json_object()["copied_at"]
    speaker = f"{at['speaker']}: " if at["speaker"] else ""
    heading = f" ({at['heading']})" if at["heading"] else ""
    yield from _indented(f'"{" ".join(novelty.longest.words)}"')
    yield from _indented(
        f"in {at['file']}, line {at['line']:,}, scene {at['scene']:,}{heading}: {speaker}{at['quote']}"
    )


def _inventions(found: "Inventions | None") -> Iterator[str]:
    if found is None:
        return
    if found.words is not None:
        yield _row(
            "invented words",
            f"{found.words:.2%}",
            "of the written words are in neither the corpus nor the list of English",
        )
    meaning = "of pages begin with a character or word in neither of these"
    yield _row("bad beginnings", f"{found.beginnings:.0%}", meaning)


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)


def _row(name: str, value: str, meaning: str) -> str:
    return f"{name:<20}{value:>12}  {meaning}"
