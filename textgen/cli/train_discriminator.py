"""`textgen train-discriminator`: a judge of real and generated texts, put into a model's folder."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textgen.cli.decoding import decoding_options, given
from textgen.cli.options import DIALOGUE_FORMATS, FORMATS, Whole, corpus_options, debug_option, model_option

if TYPE_CHECKING:
    from textgen.discriminator.file import SavedDiscriminator

_NAMES = {"discriminator": "discriminator", "ngrams": "n-grams", "length": "length alone"}
_USES = {"script": "generate --rerank 8", "chat": "chat --rerank"}
_BAR = 30


@click.command("train-discriminator")
@model_option(required=True)
@corpus_options(
    required=False,
    formats=(*FORMATS, *DIALOGUE_FORMATS),
    help="Where to find the real text (files or folders), if training/ in the model's folder is gone, or if another "
    "text is to be learned from.  [what training left there]",
)
@click.option(
    "--samples",
    type=Whole(1),
    default=6000,
    show_default=True,
    metavar="N",
    help="Lines or replies that the model writes for it: two thirds to learn from, one to be judged by.",
)
@click.option("--minutes", type=float, metavar="N", help="Train for N minutes, the writing not counted.")
@click.option("--epochs", type=float, metavar="N", help="Train for N passes over them at most.  [12]")
@click.option("--steps", type=int, metavar="N", help="Train for N steps instead.")
@click.option(
    "--seed",
    type=Whole(0, 2**63 - 1),
    default=0,
    show_default=True,
    metavar="N",
    help="The same seed gives the same discriminator.",
)
@decoding_options("writing", of_draws_only=True)
@click.option("--quiet", is_flag=True, help="Show no progress.")
@debug_option
def command(model: Path, corpus: tuple[Path, ...], **options: Any) -> None:
    """Train a judge of real text and text that a model writes.

    The model writes fresh lines (a chat model: replies to real messages), and a small network learns to tell them from
    the real ones the model was trained on. It is put into the model's folder; the model itself stays as it is, and
    Ctrl-C leaves everything as it was. `generate --rerank`, `chat --rerank` and `score` use it.

    \b
    textgen train-discriminator --model runs/seinfeld
    textgen train-discriminator --model runs/my_bot
    textgen train-discriminator --model runs/seinfeld --temperature 1 --samples 20000
    textgen train-discriminator --model runs/seinfeld --corpus seinfeld.txt
    """
    from textgen.api import open_folder, train_discriminator
    from textgen.discriminator.scorer import JUDGED

    trained = train_discriminator(model, list(corpus) or None, **given(options))
    if not options["quiet"]:
        kind = open_folder(model).load_card().kind
        for line in describe(trained, JUDGED[kind]):
            click.echo(line, err=True)
        click.echo(f"The discriminator is in {model}. To use it:", err=True)
        click.echo(f"  textgen {_USES[kind]} --model {shlex.quote(str(model))}", err=True)
        click.echo(f"  textgen score --model {shlex.quote(str(model))} FILE", err=True)


def describe(trained: "SavedDiscriminator", noun: str) -> Iterator[str]:
    """What it is worth, for a person.

    Args:
        trained: with what was measured.
        noun: what it judges, in the plural.
    """
    metrics = trained.metrics
    counts = (f"{metrics[key]:,} {noun}" for key in ("texts", "texts_natural"))
    yield ""
    yield f"{'judged right, of':<22}" + "    ".join(f"{text:>14}" for text in counts)
    yield f"{'':<22}{'of equal lengths':>14}    {'as they come':>14}"
    for key, name in _NAMES.items():
        yield f"{name:<22}{metrics['accuracy'][key]:>14.1%}    {metrics['accuracy_natural'][key]:>14.1%}"
    yield f"{'guessing':<22}{0.5:>14.1%}    {0.5:>14.1%}"
    if metrics["accuracy"]["discriminator"] < 0.5 + metrics["texts"] ** -0.5:  # two standard errors
        yield "It is no better than guessing, and its opinion is worth nothing: give --samples a larger number."
    yield ""
    yield f"said to be real    are real{noun:>9}   (they differ by {metrics['calibration_error']:.1%} on average)"
    for one in metrics["reliability"]:
        yield f"{one['said']:>15.0%}{one['found']:>12.0%}{one['texts']:>9,}   {'#' * round(_BAR * one['found'])}"
    yield ""
