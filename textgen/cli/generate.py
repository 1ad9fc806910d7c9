"""`textgen generate`: new text on stdout, everything else on stderr."""

import json
import secrets
import sys
from pathlib import Path
from typing import Any

import click

from textgen.cli.options import debug_option, model_option


def _names(ctx: click.Context, option: click.Parameter, value: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (value or "").split(",") if name.strip())


def decoding_options(command: Any) -> Any:
    """Adds every option of `DecodingOptions`, under its own name."""
    number: dict[str, Any] = {"type": int, "metavar": "N"}
    share: dict[str, Any] = {"type": float, "metavar": "X"}
    options = [
        click.option("--temperature", **share, help="Below 1 safer, above 1 wilder; 0 is greedy.  [0.8]"),
        click.option("--top-k", **number, help="Choose among the N likeliest tokens; 0 is off.  [0]"),
        click.option("--top-p", **share, help="Choose among the likeliest tokens up to this sum; 1 is off.  [1]"),
        click.option(
            "--min-p",
            **share,
            help="Drop tokens less than X times as likely as the likeliest; 0 is off; fresh models ask for some.  [0]",
        ),
        click.option("--typical-p", **share, help="Choose among tokens of typical surprise; 1 is off.  [1]"),
        click.option("--repetition-penalty", **share, help="Above 1 avoids what was written; 1 is off.  [1]"),
        click.option("--no-repeat-ngram-size", **number, help="No N tokens in a row occur twice; 0 is off.  [0]"),
        click.option("--num-beams", **number, help="Beam search with N beams; 1 is off.  [1]"),
        click.option("--length-penalty", **share, help="Above 0 beams favour longer texts; 0 is off.  [1]"),
        click.option("--max-new-tokens", **number, help="End after N tokens, even inside a line."),
        click.option("--stop", multiple=True, metavar="TEXT", help="End before this text; may be given several times."),
        click.option("--seed", **number, help="The same seed writes the same text."),
        click.option("--num-return-sequences", **number, help="Write N texts; the i-th has seed + i.  [1]"),
        click.option("--no-copy", **number, help="Never N words in a row as in the corpus, N >= 8; 0 is off.  [0]"),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command("generate")
@model_option(required=True)
@click.option("--prompt", default="", metavar="TEXT", help="How the text begins, such as 'jerry: hello'.")
@click.option("--lines", type=int, metavar="N", help="Write N whole lines.  [20]")
@click.option("--characters", callback=_names, metavar="A,B", help="Only these speakers get new lines.")
@decoding_options
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
    textgen generate --model runs/seinfeld --format fountain > scene.fountain
    """
    from textgen.api import load

    writer = load(model)
    given = {name: value for name, value in options.items() if value not in (None, ())}
    drawn = given.get("temperature") != 0 and given.get("num_beams", 1) == 1
    note = ""
    if "seed" not in given and drawn:
        given["seed"] = secrets.randbits(32)
        note = f"add --seed {given['seed']} to write this again"
    if format == "text" and given.get("num_return_sequences", 1) == 1:
        pieces = writer.stream(prompt, **given)
        click.echo(note, err=True, nl=bool(note))
        _stream(pieces)
        return
    scripts = writer.write_several(prompt, **given)
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
