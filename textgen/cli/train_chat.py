"""`textgen train-chat`: Train a chatbot on your own dialogues."""

from pathlib import Path
from typing import Any

import click

from textgen.cli.options import corpus_options, data_options, model_options, print_result, run_options
from textgen.starters import DIALOGUE


@click.command("train-chat")
@corpus_options(required=True, scripts=False, dialogues=True)
@click.option("--as", "replies_by", metavar="NAME", help="Learn to answer as this speaker of the corpus.")
@click.option(
    "--turns",
    type=int,
    default=3,
    show_default=True,
    metavar="N",
    help="Maximum number of turns before a reply that the model sees; 0 for none.",
)
@click.option(
    "--spacing",
    type=click.Choice(["auto", "natural", "as-is"]),
    default="auto",
    show_default=True,
    help="natural turns tokenised text (I ' m here .) back into normal text; auto decides by the corpus.",
)
@data_options(held_out="the last tenth of each file's dialogues")
@model_options
@click.option(
    "--attention/--no-attention",
    default=True,
    help="Look at the conversation again for every token.  [on]",
)
@click.option("--batch", type=int, metavar="N", help="Number of replies in one step.")
@run_options(DIALOGUE)
def command(corpus: tuple[Path, ...], validation: tuple[Path, ...], **options: Any) -> None:
    """Train a chatbot on your own dialogues.

    Many formats of dialogues are recognised. A script works too: with --as NAME the bot learns to answer as that
    character. Two files with the same number of lines are read as prompts and replies. `textgen inspect --corpus FILE`
    shows how files are read.

    Ctrl-C saves the run and prints the command that resumes it.

    \b
    textgen train-chat --corpus my_talks.csv --minutes 20
    textgen train-chat --corpus prompts.txt replies.txt --out runs/bot
    textgen train-chat --corpus seinfeld.txt --as jerry
    textgen train-chat --corpus my_talks.jsonl --from smalltalk --minutes 5
    """
    from textgen.api import train_chat
    from textgen.training.machine import share_cores

    share_cores()
    bot = train_chat(list(corpus), validation=list(validation) or None, **options)
    if not options["quiet"] and bot.path.exists():  # of several machines, the chief alone keeps the model
        print_result(bot.path, bot.card.metrics, "talk to it", "textgen chat")
