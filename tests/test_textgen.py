"""The package from outside: its names, what importing it costs, and what never gets loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

import textgen

HEAVY = ("tensorflow", "keras", "torch", "tokenizers", "nltk", "matplotlib")


def run(code: str, *arguments: str | Path) -> str:
    """What a fresh interpreter prints."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded(names: tuple[str, ...]) -> str:
    """Code that prints which of these modules are loaded."""
    return f"import sys; print(sorted(set({names!r}) & set(sys.modules)))"


def test_every_public_name_is_there() -> None:
    for name in textgen.__all__:
        assert getattr(textgen, name) is not None
    assert set(textgen.__all__) < set(dir(textgen))
    assert textgen._HOMES.keys() == set(textgen.__all__)
    with pytest.raises(AttributeError, match="no attribute 'train'"):
        _ = textgen.train


def test_importing_loads_nothing_heavy() -> None:
    code = "import sys, textgen; print(sorted(name for name in sys.modules if name.startswith('textgen')))"
    assert run(code) == "['textgen', 'textgen._version']\n"
    heavy = ("numpy", "click", "rich", "safetensors", *HEAVY)
    assert run("import textgen;" + loaded(heavy)) == "[]\n"


def test_loading_and_writing_load_no_framework(untrained: Path) -> None:
    code = (
        "import sys, textgen; writer = textgen.load(sys.argv[1]);"
        "script = writer.write('JERRY: he', lines=2, seed=1, no_copy=8); ''.join(writer.stream(lines=1, seed=1));"
        "script.to_fountain(); script.to_json();" + loaded(HEAVY)
    )
    assert run(code, untrained) == "[]\n"


def test_no_command_but_training_loads_a_framework(untrained: Path, corpus: Path) -> None:
    model, script = ["--model", str(untrained)], ["--corpus", str(corpus)]
    commands = [
        ["--help"],
        ["generate", "--help"],
        ["train-script", "--help"],
        ["doctor"],
        ["generate", *model, "--lines", "1", "--seed", "1"],
        ["explain", *model, "JERRY: A zoo."],
        ["inspect", *model],
        ["inspect", *script],
        ["evaluate", *model, *script, "--samples", "1"],
    ]
    code = (
        "import contextlib, io, sys; from textgen.cli.main import main\n"
        f"for arguments in {commands!r}:\n"
        "    out, sys.argv = io.StringIO(), ['textgen', *arguments]\n"
        "    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit): main()\n"
        "    assert out.getvalue(), (arguments, 'nothing was printed')\n"
        f"    assert not set({HEAVY!r}) & set(sys.modules), arguments\n"
    )
    assert run(code) == ""


def test_help_loads_nothing_that_takes_time() -> None:
    code = (
        "import sys, io, contextlib; from textgen.cli.main import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): main()\n"
    )
    assert run(code + loaded(("numpy", "rich", "safetensors", "textgen.api")), "--help") == "[]\n"


def test_the_same_seed_writes_the_same_text_in_another_process(untrained: Path) -> None:
    code = "import sys, textgen; sys.stdout.write(textgen.load(sys.argv[1]).write(lines=3, seed=9).text)"
    outputs = {run(f"{code}  # process {number}", untrained) for number in range(2)}
    assert outputs == {textgen.load(untrained).write(lines=3, seed=9).text}
