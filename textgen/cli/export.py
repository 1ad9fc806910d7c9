"""`textgen export`: Turn a model into a page or a file for other programs."""

from pathlib import Path

import click

from textgen.cli.options import NamedPath, debug_option, model_option
from textgen.cli.output import echo


@click.command("export")
@model_option(required=True)
@click.option("--format", type=click.Choice(["html"]), required=True, help="html: a page that opens in any browser.")
@click.option("--out", type=NamedPath(), required=True, metavar="PATH", help="Where to write it.")
@click.option("--int8", is_flag=True, help="Store the weights in 8 bits, a scale for each row: half the size or less.")
@debug_option
def command(model: Path, format: str, out: Path, int8: bool) -> None:
    """Turn a model into a page or a file for other programs.

    A page is one file. It works offline, from a disk or a website, on a computer or a phone, and sends nothing
    anywhere.

    \b
    textgen export --model runs/seinfeld --format html --out seinfeld.html
    textgen export --model smalltalk --format html --int8 --out wren.html
    """
    if not out.absolute().parent.is_dir():
        raise click.UsageError(f"--out {out} was given, but the folder {out.parent} does not exist: make it first.")
    if out.is_dir():
        raise click.UsageError(f"--out {out} was given, but it is a folder: name a file, such as {out / 'model.html'}.")
    from textgen.api import open_folder
    from textgen.exporting.html import html_page
    from textgen.files import replacing

    page = html_page(open_folder(model).load(), int8).encode()
    with replacing(out, through_links=True) as file:
        file.write(page)
    echo(f"The page is {out}, {len(page) / 1e6:.1f} MB: open it in a browser.", err=True)
