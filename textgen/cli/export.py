"""`textgen export`: Turn a model into a page, or into other formats."""

from pathlib import Path

import click

from textgen.cli.options import WRITTEN, OutPath, model_option
from textgen.cli.output import echo, write_out


@click.command("export")
@model_option(required=True)
@click.option(
    "--format",
    type=click.Choice(["html", "keras", "saved-model", "litert", "onnx"]),
    required=True,
    help="html: a page that opens in any browser. The others: a folder with the network and its vocabulary.",
)
@click.option(
    "--out",
    type=OutPath(),
    required=True,
    metavar="PATH",
    help=f"The page or the folder to write. For a page {WRITTEN}",
)
@click.option(
    "--int8", is_flag=True, help="Store the weights in 8 bits: half the size or less (html, litert and onnx)."
)
def command(model: Path, format: str, out: Path, int8: bool) -> None:
    """Turn a model into a page, or into other formats.

    A page is one file. It works offline, from a disk or a website, on a computer or a phone, and sends nothing
    anywhere. The other formats need the extra `export`; what they make works without textgen.

    \b
    textgen export --model runs/seinfeld --format html --out seinfeld.html
    textgen export --model smalltalk --format html --int8 --out wren.html
    textgen export --model english --format onnx --out english-onnx
    """
    if format != "html" and str(out) == "-":
        raise click.UsageError(f"--out - is stdout, but --format {format} makes a folder: name one.")
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

    page = html_page(opened, int8).encode()
    write_out(out, page, f"The page is {out}, {len(page) / 1e6:.1f} MB: open it in a browser.")
