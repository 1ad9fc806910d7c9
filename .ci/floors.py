"""Prints the oldest version of each package that pyproject.toml allows, as constraints for pip; not of tests' tools."""

import re
import tomllib
from pathlib import Path

EXTRAS = ("train", "export", "formats", "serve")

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
wanted = [*project["dependencies"], *(one for name in EXTRAS for one in project["optional-dependencies"][name])]
print(*sorted({re.sub(r">=([\d.]+).*", r"==\1", one) for one in wanted}), sep="\n")
