"""`textgen score`: Score how realistic lines or replies are."""

import json
import sys
from pathlib import Path

import click

from textgen.cli.options import NamedPath, debug_option, model_option
from textgen.cli.output import echo


@click.command("score")
@model_option(required=True)
@click.argument("file", type=NamedPath(allow_dash=True))
@click.option("--message", metavar="TEXT", help="The message that the replies of a chat model answer.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object, for programs.")
@debug_option
def command(model: Path, file: Path, message: str | None, as_json: bool) -> None:
    """Score how realistic lines or replies are.

    FILE has the format of the corpus; for a chat model it has one reply per line. `-` reads standard input. Each line
    gets the probability, from 0 to 1, that it is real and not written by the model, if both are equally common. The
    score of the whole text is the mean of the log-odds of its lines. Without --message a reply is scored by itself.
    With it the score says how likely it is the true reply to that message, and not the model's own, one to another
    message, or one with a changed word. The scores come from the discriminator that `textgen train-discriminator`
    makes.

    \b
    textgen score --model runs/seinfeld scene.txt
    textgen score --model runs/my_bot replies.txt
    textgen score --model runs/my_bot --message "how was your day?" replies.txt
    textgen generate --model runs/seinfeld | textgen score --model runs/seinfeld -
    """
    from textgen.api import load
    from textgen.corpus.reading import TextFile
    from textgen.errors import ConfigurationError, CorpusError
    from textgen.wording import count
    from textgen.writer import ScriptWriter

    opened = load(model)
    if str(file) == "-":
        text = sys.stdin.buffer.read().decode("utf-8-sig", errors="replace")
    else:
        text = "\n".join(TextFile(file).lines())
    if isinstance(opened, ScriptWriter):
        if message is not None:
            raise ConfigurationError(
                f"--message {message!r} was given, but {model} is a script model, whose lines are scored by "
                "themselves: leave --message out, or name a chat model."
            )
        lines, whole = opened.score(text)
    else:
        lines, whole = opened.score(text, message)
    if whole is None:
        raise CorpusError(f"The lines of {file} were to be scored, but it holds none: give a text like the corpus.")
    if as_json:
        values = [{"speaker": line.speaker, "text": line.text, "reads_as_real": real} for line, real in lines]
        echo(json.dumps({"lines": values, "reads_as_real": whole}, ensure_ascii=False, indent=1))
        return
    for line, real in lines:
        shown = opened.style.line_text(line) if isinstance(opened, ScriptWriter) else line.text
        echo(f"{real:.2f}  {' '.join(shown.split())}")
    echo(
        f"{whole:.2f}  all {count(len(lines), 'line')} together (the mean of their log-odds); 0.5 is undecided",
        err=True,
    )
