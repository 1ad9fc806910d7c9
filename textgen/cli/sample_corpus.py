"""`textgen sample-corpus`: Write out a corpus that comes along, to try things on."""

from pathlib import Path

import click

from textgen.cli.options import WRITTEN, OutPath
from textgen.cli.output import write_out
from textgen.errors import ConfigurationError
from textgen.starters import SAMPLES, sample_corpus


@click.command("sample-corpus", epilog="  ".join(f"{name}: {what}" for name, what in SAMPLES.items()))
@click.argument("name", type=click.Choice(list(SAMPLES)))
@click.option(
    "--out",
    type=OutPath(dir_okay=False),
    metavar="FILE",
    help=f"Where to write it; {WRITTEN}  [NAME.txt, where there is no such file]",
)
def command(name: str, out: Path | None) -> None:
    """Write out a corpus that comes along, to try things on.

    \b
    textgen sample-corpus sitcom
    textgen train-script --corpus sitcom.txt --minutes 2
    """
    path = out or Path(f"{name}.txt")
    if out is None and path.exists():
        raise ConfigurationError(
            f"The corpus {name} was to be written to {path}, but that exists already: give another --out, or "
            f"--out {path} to replace it."
        )
    write_out(path, sample_corpus(name).read_bytes(), f"{path}: {SAMPLES[name]}")
