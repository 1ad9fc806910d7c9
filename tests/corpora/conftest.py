"""The scripts of `corpora/` are no package: their folder is put where Python looks for modules."""

import sys
from pathlib import Path

CORPORA = Path(__file__).parents[2] / "corpora"
sys.path.insert(0, str(CORPORA))
