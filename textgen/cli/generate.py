"""`textgen generate`: Write new text with a trained model."""

import json
import secrets
import sys
from pathlib import Path
from typing import Any

import click

from textgen.cli.options import debug_option, decoding_options, given, model_option


@click.command("generate")
@model_option(required=True)
@click.option("--prompt", default="", metavar="TEXT", help="The beginning of the text, such as 'jerry: hello'.")
@decoding_options("writing")
@click.option(
    "--format",
    type=click.Choice(["text", "json", "fountain"]),
    default="text",
    show_default=True,
    help="Plain text, a JSON array, or a Fountain screenplay.",
)
@debug_option
def command(model: Path, prompt: str, format: str, **options: Any) -> None:
    """Write new text with a trained model.

    The text goes to stdout while it is written, everything else to stderr.

    \b
    textgen generate --model runs/seinfeld --prompt "jerry:" --lines 20
    textgen generate --model runs/seinfeld --characters jerry,elaine --seed 7 > scene.txt
    textgen generate --model runs/seinfeld --rerank 8 --lines 10
    textgen generate --model runs/seinfeld --format fountain > scene.fountain
    """
    from textgen.api import load
    from textgen.errors import ModelError
    from textgen.writer import ScriptWriter

    writer = load(model)
    if not isinstance(writer, ScriptWriter):
        raise ModelError(
            f"{model} was asked to write a script, but it is a chat model, which only replies: talk to it with  "
            f"textgen chat --model {model}  or give a model that was trained on a script."
        )
    chosen = given(options)
    drawn = chosen.get("temperature") != 0 and chosen.get("num_beams", 1) == 1
    note = ""
    if "seed" not in chosen and drawn:
        chosen["seed"] = secrets.randbits(32)
        note = f"add --seed {chosen['seed']} to write this again"
    if format == "text" and chosen.get("num_return_sequences", 1) == 1:
        pieces = writer.stream(prompt, **chosen)
        click.echo(note, err=True, nl=bool(note))
        _stream(pieces)
        return
    scripts = writer.write_several(prompt, **chosen)
    click.echo(note, err=True, nl=bool(note))
    if format == "json":
        click.echo(json.dumps([script.to_json_object() for script in scripts], ensure_ascii=False, indent=1))
    elif format == "fountain":
        click.echo("\n===\n\n".join(script.to_fountain() for script in scripts), nl=False)
    else:
        click.echo("\n\n".join(script.text.rstrip("\n") for script in scripts))


def _stream(pieces: Any) -> None:
    last = "\n"
    for piece in pieces:
        sys.stdout.write(piece)
        sys.stdout.flush()
        last = piece or last
    if not last.endswith("\n"):
        sys.stdout.write("\n")
    sys.stdout.flush()
