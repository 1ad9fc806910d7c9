"""`textgen train-script`: a corpus in, a model folder out."""

from pathlib import Path
from typing import Any

import click

from textgen.cli.adversarial import adversarial_options, chosen_settings
from textgen.cli.options import corpus_options, debug_option
from textgen.cli.training import data_options, model_options, run_options, tell_result


@click.command("train-script")
@corpus_options(required=True)
@data_options(held_out="the last tenth of the corpus")
@model_options
@click.option("--streams", type=int, metavar="N", help="Places of the corpus read side by side (the batch).")
@click.option("--window", type=int, metavar="N", help="Tokens a stream in one step.")
@click.option(
    "--sampled-words",
    type=int,
    metavar="N",
    help="Words drawn for the softmax of a step; 0 takes all.  [2,000 if there are 20,000]",
)
@run_options
@adversarial_options
@debug_option
def command(corpus: tuple[Path, ...], validation: tuple[Path, ...], **options: Any) -> None:
    """Train a script writer on your own texts.

    Scripts in many formats, plain text and one-text-a-line files are recognised; `textgen inspect --corpus FILE`
    shows how a file is read. Level, size and everything else are chosen from the corpus unless you say otherwise.

    Ctrl-C saves the run and prints the command that resumes it.

    \b
    textgen train-script --corpus seinfeld.txt --minutes 20
    textgen train-script --corpus scripts/ --validation pilot.txt --out runs/show
    textgen train-script --corpus captions.txt --adversarial --loss relativistic --minutes 20
    """
    from textgen.api import train_script
    from textgen.training.machine import share_cores

    adversarial = chosen_settings(options)
    if not adversarial:  # its rollouts are no shards
        share_cores()
    writer = train_script(list(corpus), validation=list(validation) or None, adversarial=adversarial, **options)
    if not options["quiet"]:
        tell_result(writer.path, writer.card.metrics, "write with it", "textgen generate")
