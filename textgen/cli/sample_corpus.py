"""`textgen sample-corpus`: Write out a corpus that comes along, to try things on."""

from pathlib import Path

import click

from textgen.cli.options import WRITTEN, OutPath, debug_option
from textgen.cli.output import write_out
from textgen.errors import ConfigurationError

_INSTALLED = Path(__file__).parents[1] / "samples"
_IN_A_CLONE = Path(__file__).parents[2] / "corpora"

SAMPLES = {"sitcom": "a short sitcom on a chain ferry, written for textgen: 158 KB, 24 speakers"}
"""What each is, by name."""


@click.command("sample-corpus", epilog="  ".join(f"{name}: {what}" for name, what in SAMPLES.items()))
@click.argument("name", type=click.Choice(list(SAMPLES)))
@click.option(
    "--out",
    type=OutPath(dir_okay=False),
    metavar="FILE",
    help=f"Where to write it; {WRITTEN}  [NAME.txt, where there is no such file]",
)
@debug_option
def command(name: str, out: Path | None) -> None:
    """Write out a corpus that comes along, to try things on.

    \b
    textgen sample-corpus sitcom
    textgen train-script --corpus sitcom.txt --minutes 2
    """
    file = f"{name}.txt"
    path = out or Path(file)
    if out is None and path.exists():
        raise ConfigurationError(
            f"The corpus {name} was to be written to {path}, but that exists already: give another --out, or "
            f"--out {path} to replace it."
        )
    text = next(folder / file for folder in (_INSTALLED, _IN_A_CLONE) if (folder / file).is_file()).read_bytes()
    write_out(path, text, f"{path}: {SAMPLES[name]}")
