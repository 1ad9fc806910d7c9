"""`textgen sample-corpus`: Write out a corpus that comes along, to try things on."""

from pathlib import Path

import click

from textgen.cli.options import NamedPath, debug_option
from textgen.cli.output import echo
from textgen.errors import ConfigurationError
from textgen.files import replacing

_INSTALLED = Path(__file__).parents[1] / "samples"
_IN_A_CLONE = Path(__file__).parents[2] / "corpora"

SAMPLES = {"sitcom": "a short sitcom on a chain ferry, written for textgen: 158 KB, 24 speakers"}
"""What each is, by name."""


@click.command("sample-corpus", epilog="  ".join(f"{name}: {what}" for name, what in SAMPLES.items()))
@click.argument("name", type=click.Choice(list(SAMPLES)))
@click.option("--out", type=NamedPath(), metavar="FILE", help="Where to write it.  [NAME.txt]")
@debug_option
def command(name: str, out: Path | None) -> None:
    """Write out a corpus that comes along, to try things on.

    \b
    textgen sample-corpus sitcom
    textgen train-script --corpus sitcom.txt --minutes 2
    """
    file = f"{name}.txt"
    path = Path(out or file)
    if path.exists():
        raise ConfigurationError(
            f"The corpus {name} was to be written to {path}, but that exists already: give another --out."
        )
    text = next(folder / file for folder in (_INSTALLED, _IN_A_CLONE) if (folder / file).is_file()).read_bytes()
    with replacing(path) as target:
        target.write(text)
    echo(f"{path}: {SAMPLES[name]}")
