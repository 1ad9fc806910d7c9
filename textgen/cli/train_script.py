"""`textgen train-script`: a corpus in, a model folder out."""

import shlex
from pathlib import Path
from typing import Any

import click

from textgen.cli.options import corpus_options, debug_option

_SIZES = ("auto", "tiny", "small", "medium", "large")


@click.command("train-script")
@corpus_options(required=True)
@click.option(
    "--validation",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Text to judge the model by. Without it the last tenth of the corpus is held out.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="The model folder.  [runs/<corpus name>]")
@click.option(
    "--level",
    type=click.Choice(["auto", "character", "word", "subword"]),
    default="auto",
    show_default=True,
    help="What a token is.",
)
@click.option(
    "--words",
    type=click.Choice(["natural", "whitespace"]),
    default="natural",
    show_default=True,
    help="How text is cut into words; whitespace is for corpora that are tokenised with spaces already.",
)
@click.option("--vocabulary-limit", type=int, metavar="N", help="Most words (level word) or merges (level subword).")
@click.option("--size", type=click.Choice(_SIZES), default="auto", show_default=True, help="How large the model is.")
@click.option("--embedding", type=int, metavar="N", help="Width of the token vectors, instead of the size's.")
@click.option("--hidden", type=int, metavar="N", help="Units of each LSTM layer, instead of the size's.")
@click.option("--layers", type=int, metavar="N", help="Number of LSTM layers, instead of the size's.")
@click.option("--dropout", type=float, metavar="X", help="Share of activations dropped while training; 0 is off.")
@click.option("--minutes", type=float, metavar="N", help="Train for N minutes of work.  [20]")
@click.option("--epochs", type=float, metavar="N", help="Train for N passes over the corpus instead.")
@click.option("--steps", type=int, metavar="N", help="Train for N steps instead.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same model.")
@click.option("--streams", type=int, metavar="N", help="Places of the corpus read side by side (the batch).")
@click.option("--window", type=int, metavar="N", help="Tokens a stream in one step.")
@click.option("--learning-rate", type=float, metavar="X", help="The highest rate of the schedule.")
@click.option(
    "--precision",
    type=click.Choice(["auto", "float32", "bfloat16"]),
    default="auto",
    show_default=True,
    help="Of the matrix products; auto takes bfloat16 where the processor is fast at it.",
)
@click.option("--resume", is_flag=True, help="Go on with the interrupted run in --out.")
@click.option("--overwrite", is_flag=True, help="Replace the model in --out once the new one is trained.")
@click.option(
    "--from",
    "start_from",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Go on from a trained model, with its vocabulary (fine-tuning).",
)
@click.option("--no-index", "index", is_flag=True, flag_value=False, default=True, help="Keep no index for --no-copy.")
@click.option("--tensorboard", is_flag=True, help="Write event files into DIR/training/tensorboard.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@debug_option
def command(corpus: tuple[Path, ...], validation: tuple[Path, ...], **options: Any) -> None:
    """Train a script writer on your own texts.

    Scripts in many formats, plain text and one-text-a-line files are recognised; `textgen inspect --corpus FILE`
    shows how a file is read. Level, size and everything else are chosen from the corpus unless you say otherwise.

    Ctrl-C saves the run and prints the command that resumes it.

    \b
    textgen train-script --corpus seinfeld.txt --minutes 20
    textgen train-script --corpus scripts/ --validation pilot.txt --out runs/show
    """
    from textgen.api import train_script

    writer = train_script(list(corpus), validation=list(validation) or None, **options)
    bits = writer.card.metrics.get("bits_per_character")
    if not options["quiet"]:
        score = f", {bits:.3f} bits per character on held-out text" if bits is not None else ""
        click.echo(f"The model is in {writer.path}{score}. To write with it:", err=True)
        click.echo(f"  textgen generate --model {shlex.quote(str(writer.path))}", err=True)
