"""`textgen train-discriminator`: Train a discriminator of real and generated text."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textgen.cli.options import Whole, corpus_options, decoding_options, given, model_option
from textgen.cli.output import OTHERS, echo
from textgen.wording import count

if TYPE_CHECKING:
    from textgen.discriminator.file import SavedDiscriminator

_NAMES = {"discriminator": "discriminator", "ngrams": "n-grams", "length": "length alone"}
_WRONG = {
    "own": "the model's own",
    "others": "true ones to other messages",
    "changed": "true ones with a changed word or order",
}
_USES = {"script": "generate --rerank 8", "chat": "chat"}
_BAR = 30


@click.command("train-discriminator")
@model_option(required=True, come_along=())
@corpus_options(
    required=False,
    dialogues=True,
    help="The real text (files or folders), if the training/ folder of the model was deleted or another text is to be "
    "used.  [the text in training/]",
)
@click.option(
    "--samples",
    type=Whole(1),
    default=6000,
    show_default=True,
    metavar="N",
    help="Lines or replies that the model writes: two thirds for training, one third for testing.",
)
@click.option("--minutes", type=float, metavar="N", help="Train for N minutes, plus the time to write the lines.")
@click.option("--epochs", type=float, metavar="N", help="Maximum number of passes over the lines.  [12]")
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
def command(model: Path, corpus: tuple[Path, ...], **options: Any) -> None:
    """Train a discriminator of real and generated text.

    The model writes lines (a chat model: replies to real messages), and a small network learns to tell them from the
    real ones that the model was trained on. The network is saved in the model folder. The model itself does not
    change, and Ctrl-C stops without saving. `generate --rerank` and `score` use it. That of a script also learns who
    says what, if a speaker has 200 lines. That of a chat model also learns which reply fits which message, and `chat`
    then uses it whenever it chooses among replies.

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
            echo(line, err=True)
        echo(f"The discriminator is in {model}. To use it:", err=True)
        echo(f"  textgen {_USES[kind]} --model {shlex.quote(str(model))}", err=True)
        echo(f"  textgen score --model {shlex.quote(str(model))} FILE", err=True)


def describe(trained: "SavedDiscriminator", noun: str) -> Iterator[str]:
    """How accurate a discriminator is, as a table.

    Args:
        trained: with its metrics.
        noun: what it scores, in the plural.
    """
    metrics = trained.metrics
    counts = (f"{metrics[key]:,} {noun}" for key in ("texts", "texts_natural"))
    yield ""
    yield f"{'accuracy on':<22}" + "    ".join(f"{text:>14}" for text in counts)
    yield f"{'':<22}{'equal lengths':>14}    {'all lengths':>14}"
    for key, name in _NAMES.items():
        yield f"{name:<22}{metrics['accuracy'][key]:>14.1%}    {metrics['accuracy_natural'][key]:>14.1%}"
    yield f"{'guessing':<22}{0.5:>14.1%}    {0.5:>14.1%}"
    if metrics["accuracy"]["discriminator"] < 0.5 + metrics["texts"] ** -0.5:  # two standard errors
        yield "It is no better than guessing, so its scores mean nothing: train again with more --samples."
    yield ""
    yield from _reliability(metrics, noun)
    if (voices := metrics.get("voices")) is not None:
        yield from _voices(voices)
    if (matched := metrics.get("with_message")) is None:
        return
    yield f"{'as replies to messages':<42}{'accuracy':>9}"
    for key, name in _WRONG.items():
        yield f"{'  against ' + name:<42}{matched['accuracy'][key]:>9.1%}"
    if matched["hits_at_1"] is not None:
        yield f"{'  found among 19 to other messages':<42}{matched['hits_at_1']:>9.1%}   (guessing: 5.0%)"
    yield ""
    yield from _reliability(matched, noun)


def _voices(voices: dict[str, Any]) -> Iterator[str]:
    """How often speakers are named rightly, as a table."""
    most = voices["majority_class"] or OTHERS
    yield f"{'speakers named':<42}{'accuracy':>9}   ({count(voices['lines'], 'real line')} of any length)"
    yield f"{'  discriminator':<42}{voices['accuracy']['discriminator']:>9.1%}"
    yield f"{f'  always {most}':<42}{voices['accuracy']['majority']:>9.1%}"
    yield f"  told apart: {', '.join([*voices['names'], OTHERS])}"
    yield ""


def _reliability(metrics: dict[str, Any], noun: str) -> Iterator[str]:
    """How far probabilities and facts agree, as a table."""
    off = metrics["calibration_error"]
    yield f"{'predicted real':>15}{'in fact real':>14}{noun:>9}   (off by {off:.1%} on average)"
    for one in metrics["reliability"]:
        yield f"{one['said']:>15.0%}{one['found']:>14.0%}{one['texts']:>9,}   {'#' * round(_BAR * one['found'])}"
    yield ""
