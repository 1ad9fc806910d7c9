"""The options that all scripts have which train a model that ships."""

import argparse
from pathlib import Path


def options(description: str | None, work: str, out: Path) -> argparse.ArgumentParser:
    """The parser of a script, to which it adds the budget.

    Args:
        description: what the script does.
        work: what is kept in the folder of `--work`.
        out: the model folder.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, required=True, help="the folder with the files that sources.tsv lists")
    parser.add_argument("--work", type=Path, required=True, help=f"a folder for {work}")
    parser.add_argument("--out", type=Path, default=out, help="the model folder, replaced once the new one is trained")
    return parser
