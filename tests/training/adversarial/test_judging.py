from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from textgen.errors import ConfigurationError
from textgen.training.adversarial.judging import require_same_judge


def judge(measure: str) -> Any:
    return SimpleNamespace(measure=measure)


def test_a_run_is_judged_by_one_judge(tmp_path: Path) -> None:
    for _ in range(2):
        require_same_judge(tmp_path, judge("length"))
    with pytest.raises(ConfigurationError, match="were judged so far by: length; and now they would be by: width"):
        require_same_judge(tmp_path, judge("width"))
    require_same_judge(tmp_path, judge("length"))
