"""docs/pictures.py draws every picture of the lessons."""

import re
import runpy
from pathlib import Path

import pytest

import textgen
from tests.discriminator.small import with_discriminator

ROOT = Path(textgen.__file__).parents[1]


@pytest.mark.slow
def test_every_picture_is_drawn(trained: Path, tmp_path: Path) -> None:
    model = with_discriminator(trained, tmp_path / "model", "a")
    draw_all = runpy.run_path(str(ROOT / "docs" / "pictures.py"))["draw_all"]
    (tmp_path / "pictures").mkdir()
    draw_all(textgen.load(model), textgen.load("smalltalk"), tmp_path / "pictures")
    drawn = {picture.name: picture.read_bytes() for picture in (tmp_path / "pictures").iterdir()}
    shown = re.findall(r"pictures/([\w-]+\.png)", (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8"))
    assert set(drawn) == set(shown)
    assert all(content.startswith(b"\x89PNG") for content in drawn.values())
