"""How the frameworks come into the process."""

import os
import platform
import subprocess
import sys

import pytest

from textgen import models
from textgen.models import silenced

_SCRIPT = """
import os
import {module}
from tensorflow.python.framework import test_util
print(os.environ["TF_ENABLE_ONEDNN_OPTS"], test_util.IsMklEnabled())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "given", "found"),
    [
        ("textgen.models", "0", "0"),
        ("textgen.training.script_task", None, "1"),
        ("textgen.training.discriminator_task", None, "1"),
    ],
)
def test_products_are_those_of_onednn_unless_a_person_wants_none(module: str, given: str | None, found: str) -> None:
    settings = ("TF_ENABLE_ONEDNN_OPTS", "TF_CPP_MIN_LOG_LEVEL")  # this process may have imported the frameworks
    environment = {name: value for name, value in os.environ.items() if name not in settings}
    if given is not None:
        environment["TF_ENABLE_ONEDNN_OPTS"] = given
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT.format(module=module)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    set_to, is_enabled = done.stdout.split()
    assert set_to == found
    if platform.machine() == "x86_64":
        assert is_enabled == str(found == "1")
    assert done.stderr == ""  # no remarks either


@pytest.mark.parametrize("are_wanted", [False, True])
def test_log_lines_are_hidden_unless_they_are_wanted(
    are_wanted: bool, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "_LOGS_ARE_WANTED", are_wanted)
    with silenced():
        os.write(2, b"Ignored output_format.\n")
    assert capfd.readouterr().err == "Ignored output_format.\n" * are_wanted
    os.write(2, b"later\n")
    assert capfd.readouterr().err == "later\n"


def test_before_an_error_log_lines_are_shown(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "_LOGS_ARE_WANTED", False)
    with pytest.raises(ValueError, match="of the converter"), silenced():
        os.write(2, b"why\n")
        raise ValueError("of the converter")
    assert capfd.readouterr().err == "why\n"
