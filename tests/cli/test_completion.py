import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from textgen.cli.main import cli


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_calls_back(shell: str) -> None:
    done = CliRunner().invoke(cli, ["completion", shell])
    assert done.exit_code == 0
    assert "_TEXTGEN_COMPLETE" in done.stdout
    assert f"{shell}_complete" in done.stdout


def complete(words: str) -> set[str]:
    """What bash would be offered for the last of these words."""
    environment = {
        **os.environ,
        "_TEXTGEN_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    code = "from textgen.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    return {line.split(",", 1)[-1] for line in done.stdout.splitlines()}


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("textgen tr", {"train-script", "train-chat", "train-discriminator"}),
        ("textgen generate --num", {"--num-beams", "--num-return-sequences"}),
        ("textgen train-script --size m", {"medium"}),
    ],
)
def test_commands_options_and_values_are_offered(words: str, offered: set[str]) -> None:
    assert complete(words) == offered
