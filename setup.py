"""The wheel gets the sample corpora, which lie outside the package in a clone; all else is in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SAMPLES = ("sitcom.txt",)


class BuildWithSamples(build_py):
    """Copies the sample corpora into the package that is built."""

    def run(self) -> None:
        """Builds, and copies."""
        super().run()
        if self.editable_mode:
            return  # the clone's own are found
        folder = Path(self.build_lib) / "textgen" / "samples"
        folder.mkdir(parents=True, exist_ok=True)
        for name in SAMPLES:
            shutil.copyfile(Path("corpora") / name, folder / name)


setup(cmdclass={"build_py": BuildWithSamples})
