"""`textgen export`: Turn a model into a page, or into other formats."""

from pathlib import Path

import click

from textgen.cli.options import NamedPath, debug_option, model_option
from textgen.cli.output import echo


@click.command("export")
@model_option(required=True)
@click.option(
    "--format",
    type=click.Choice(["html", "keras", "saved-model", "litert", "onnx"]),
    required=True,
    help="html: a page that opens in any browser. The others: a folder with the network and its vocabulary.",
)
@click.option("--out", type=NamedPath(), required=True, metavar="PATH", help="The page or the folder to write.")
@click.option(
    "--int8", is_flag=True, help="Store the weights in 8 bits: half the size or less (html, litert and onnx)."
)
@debug_option
def command(model: Path, format: str, out: Path, int8: bool) -> None:
    """Turn a model into a page, or into other formats.

    A page is one file. It works offline, from a disk or a website, on a computer or a phone, and sends nothing
    anywhere. The other formats need the extra `export`; what they make works without textgen.

    \b
    textgen export --model runs/seinfeld --format html --out seinfeld.html
    textgen export --model smalltalk --format html --int8 --out wren.html
    textgen export --model runs/seinfeld --format onnx --out seinfeld-onnx
    """
    if not out.absolute().parent.is_dir():
        raise click.UsageError(f"--out {out} was given, but the folder {out.parent} does not exist: make it first.")
    from textgen.api import open_folder

    opened = open_folder(model).load()
    if opened.card.warning is not None:
        echo(opened.card.warning, err=True)
    if format != "html":
        from textgen.exporting.runtime_folder import export_folder

        export_folder(opened, format, out, int8)
        echo(f"The network and its vocabulary are in {out}; docs/export.md shows how to write with them.", err=True)
        return
    if out.is_dir():
        raise click.UsageError(f"--out {out} was given, but it is a folder: name a file, such as {out / 'model.html'}.")
    from textgen.exporting.html import html_page
    from textgen.files import replacing

    page = html_page(opened, int8).encode()
    with replacing(out, through_links=True) as file:
        file.write(page)
    echo(f"The page is {out}, {len(page) / 1e6:.1f} MB: open it in a browser.", err=True)
