"""`textgen score`: Score how realistic lines or replies are."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textgen.cli.options import NamedPath, model_option
from textgen.cli.output import OTHERS, echo, read_in

if TYPE_CHECKING:
    from textgen.generation.ranking import JudgedLine


@click.command("score")
@model_option(required=True, come_along=())
@click.argument("file", type=NamedPath(allow_dash=True))
@click.option("--message", metavar="TEXT", help="The message that the replies of a chat model answer.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object, for programs.")
def command(model: Path, file: Path, message: str | None, as_json: bool) -> None:
    """Score how realistic lines or replies are.

    FILE has the format of the corpus; for a chat model it has one reply per line. `-` reads standard input. Each line
    gets the probability, from 0 to 1, that it is real and not written by the model, if both are equally common. Where
    a speaker of the corpus has 200 lines, the speaker that a line of a script sounds like follows, with the probability
    that they say it; who speaks it in FILE is not looked at. The score of the whole text is the mean of the log-odds of
    its lines. Without --message a reply is scored by itself.
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
    from textgen.errors import ConfigurationError, CorpusError
    from textgen.wording import count
    from textgen.writer import ScriptWriter

    opened = load(model)
    text = read_in(file)
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
        values = {"lines": [_to_json(one) for one in lines], "reads_as_real": whole}
        echo(json.dumps(values, ensure_ascii=False, indent=1))
        return
    voices = [_voice(one) for one in lines]
    width = max(map(len, voices))
    for (line, real, _), voice in zip(lines, voices, strict=True):
        shown = opened.style.line_text(line) if isinstance(opened, ScriptWriter) else line.text
        echo(f"{real:.2f}  {voice:<{width}}{' '.join(shown.split())}")
    echo(
        f"{whole:.2f}  all {count(len(lines), 'line')} together (the mean of their log-odds); 0.5 is undecided",
        err=True,
    )


def _to_json(judged: "JudgedLine") -> dict[str, Any]:
    """A line as it is printed for programs."""
    line, real, voice = judged
    whose = {} if voice is None else {"sounds_like": voice._asdict()}
    return {"speaker": line.speaker, "text": line.text, "reads_as_real": real, **whose}


def _voice(judged: "JudgedLine") -> str:
    """Whose line it sounds like, for a person; empty where that is not known."""
    voice = judged.sounds_like
    return "" if voice is None else f"{voice.probability:.2f} {voice.speaker or OTHERS}  "
