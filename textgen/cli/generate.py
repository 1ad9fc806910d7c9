"""`textgen generate`: Write new text with a trained model."""

import json
import secrets
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textgen.cli.options import WRITTEN, NamedPath, OutPath, decoding_options, given, model_option
from textgen.cli.output import echo, write_out
from textgen.starters import ENGLISH

if TYPE_CHECKING:
    from textgen.generation.generation_request import WrittenScript


@click.command("generate")
@model_option(required=True, come_along=(ENGLISH,))
@click.option("--prompt", default="", metavar="TEXT", help="The beginning of the text, such as 'jerry: hello'.")
@decoding_options("writing")
@click.option(
    "--format",
    type=click.Choice(["text", "json", "fountain", "fdx", "pdf"]),
    default="text",
    show_default=True,
    help="Plain text, a JSON array, or a screenplay: Fountain, Final Draft (fdx), or pages in PDF.",
)
@click.option("--out", type=OutPath(dir_okay=False), metavar="FILE", help=f"Write to a file; {WRITTEN}  [stdout]")
@click.option(
    "--font",
    type=NamedPath(dir_okay=False),
    metavar="FILE",
    help="A TrueType font for a PDF.  [Courier; DejaVu Sans Mono for letters that it lacks]",
)
def command(model: Path, prompt: str, format: str, out: Path | None, font: Path | None, **options: Any) -> None:
    """Write new text with a trained model.

    The text goes to stdout while it is written, or to a file; everything else goes to stderr.

    \b
    textgen generate --model runs/seinfeld --prompt "jerry:" --lines 20
    textgen generate --model runs/seinfeld --characters jerry,elaine --seed 7 > scene.txt
    textgen generate --model runs/seinfeld --rerank 8 --lines 10
    textgen generate --model runs/seinfeld --format fountain > scene.fountain
    textgen generate --model runs/seinfeld --format pdf --out scene.pdf
    """
    out = out or Path("-")
    check_output(format, out, font)
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
    if format == "text" and str(out) == "-" and chosen.get("num_return_sequences", 1) == 1:
        pieces = writer.stream(prompt, **chosen)
        echo(note, err=True, nl=bool(note))
        _stream(pieces)
        return
    scripts = writer.write_several(prompt, **chosen)
    echo(note, err=True, nl=bool(note))
    write_out(out, _written(scripts, format, font))


def check_output(format: str, out: Path, font: Path | None) -> None:
    """Refuses, before anything is written, what could not be put out."""
    if font is not None and format != "pdf":
        raise click.UsageError(f"--font is for pages: give --format pdf with it (not {format}), or leave it out.")
    if format == "pdf":
        from textgen.corpus.pdf import require_reportlab

        require_reportlab()
        if str(out) == "-" and sys.stdout.isatty():
            raise click.UsageError(
                "--format pdf gives a file and no text for a terminal: add --out scene.pdf, or redirect it  > scene.pdf"
            )


def _written(scripts: "Sequence[WrittenScript]", format: str, font: Path | None) -> str | bytes:
    """Scripts in a format that is not streamed; those that are read by other programs are bytes."""
    scenes = [script.scenes for script in scripts]
    if format == "json":
        return json.dumps([script.to_json_object() for script in scripts], ensure_ascii=False, indent=1) + "\n"
    if format == "fountain":
        return "\n===\n\n".join(script.to_fountain() for script in scripts)
    if format == "fdx":
        from textgen.corpus.formats import fdx

        return fdx.write(scenes).encode()
    if format == "pdf":
        from textgen.corpus.pdf import write_pdf

        return write_pdf(scenes, font)
    return "\n\n".join(script.text.rstrip("\n") for script in scripts) + "\n"


def _stream(pieces: Iterable[str]) -> None:
    last = "\n"
    for piece in pieces:
        echo(piece, nl=False)
        last = piece or last
    if not last.endswith("\n"):
        echo("")
