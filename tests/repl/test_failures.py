import errno

import pytest

from textgen.errors import ModelError
from textgen.repl.failures import sentence


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ModelError("No model."), "No model."),
        (
            PermissionError(errno.EACCES, "Permission denied", "/x"),
            "The system refused access to /x: Permission denied",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device", "/x"),
            "There was no space left to write /x (No space left on",
        ),
        (MemoryError(), "/set candidates 1"),
        (KeyError("a bug"), "inside textgen (KeyError: 'a bug')"),
    ],
)
def test_any_exception_is_a_sentence(error: Exception, told: str) -> None:
    assert told in sentence(error)
    assert "\n" not in sentence(error)


def test_debug_puts_the_traceback_before_it() -> None:
    assert sentence(ModelError("No model."), debug=True).endswith("ModelError: No model.\nNo model.")
