"""Exit codes, sentences, and help."""

import errno
import re
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from textgen import __version__
from textgen.cli import main as module
from textgen.errors import (
    ConfigurationError,
    CorpusError,
    MissingExtraError,
    ModelError,
    TrainingError,
    TrainingInterrupted,
)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs the command line in this process; gives the exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["textgen", *arguments])
        with pytest.raises(SystemExit) as exit:
            module.main()
        code = exit.value.code
        return (code if isinstance(code, int) else 0 if code is None else 1), *capsys.readouterr()

    return call


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Makes loading a model fail."""

    def fail(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr("textgen.api.load", fail)


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (ModelError("No model."), 1, "No model."),
        (CorpusError("No corpus."), 1, "No corpus."),
        (TrainingError("It diverged."), 1, "It diverged."),
        (MissingExtraError("Install it."), 1, "Install it."),
        (ConfigurationError("Not like this."), 2, "Not like this."),
        (KeyboardInterrupt(), 130, "Interrupted."),
        (TrainingInterrupted("Saved. To go on:\n  textgen x"), 130, "Saved. To go on:\n  textgen x"),
        (PermissionError(errno.EACCES, "Permission denied", "/root/x"), 1, "refused access to /root/x: Permission"),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "No space left on device"),
        (MemoryError(), 1, "This machine has too little memory"),
        (ZeroDivisionError("a bug"), 1, r"Something went wrong inside textgen (ZeroDivisionError: a bug)"),
    ],
)
def test_an_error_is_a_sentence_and_a_code(
    run, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, sentence: str
) -> None:
    failing(monkeypatch, error)
    found, out, err = run("generate", "--model", "x")
    assert (found, out) == (code, "")
    assert err.strip().startswith("textgen: ")
    assert sentence in err
    assert "Traceback" not in err
    assert err.endswith("\n")


@pytest.mark.parametrize("arguments", [("generate", "--model", "x"), ("inspect", "\x1b[2Jx")])
def test_an_error_does_not_take_hold_of_the_terminal(
    run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    failing(monkeypatch, ModelError("No model \x1b[2J.\x07"))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    err = run(*arguments)[2]
    assert "\ufffd[2J" in err
    assert "\x1b" not in err and "\x07" not in err


def test_an_error_is_unchanged_in_a_pipe(run, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, ModelError("No model \x1b[2J.\x07"))
    assert run("generate", "--model", "x")[2] == "textgen: No model \x1b[2J.\x07\n"


def test_a_closed_output_is_a_sentence(tmp_path: Path, trained: Path) -> None:
    command = f"{sys.executable} -m textgen generate --model {trained} --lines 1 --seed 1"
    closed = subprocess.run(f"{command} >&-", shell=True, capture_output=True, text=True)
    assert closed.returncode == 1
    assert closed.stderr == (
        "textgen: The system refused access to the standard output: it is closed; check the path, the rights and the "
        "disk.\n"
    )
    out = tmp_path / "page.txt"
    for others in (">&- 2>&-", "<&- 2>&-"):
        assert subprocess.run(f"{command} --out {out} {others}", shell=True).returncode == 0
        assert out.read_text(encoding="utf-8")
        out.unlink()


def test_ctrl_c_while_the_program_is_loaded_leaves_no_traceback() -> None:
    def heard() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # tests in the background ignore it

    begin = "import os, signal, sys; import textgen.__main__; "
    interrupted = subprocess.run(
        [sys.executable, "-c", begin + "os.kill(os.getpid(), signal.SIGINT)"],
        capture_output=True,
        text=True,
        preexec_fn=heard,
    )
    assert (interrupted.returncode, interrupted.stderr) == (-signal.SIGINT, "")
    late = (
        "sys.argv = ['textgen', 'doctor']; textgen.cli.main.cli.main = lambda **_: os.kill(os.getpid(), signal.SIGINT)"
    )
    stopped = subprocess.run(
        [sys.executable, "-c", f"{begin}{late}; textgen.__main__.main()"],
        capture_output=True,
        text=True,
        preexec_fn=heard,
    )
    assert (stopped.returncode, stopped.stderr) == (130, "textgen: Interrupted.\n")


def test_next_to_nothing_is_loaded_before_ctrl_c_is_looked_after() -> None:
    code = "import sys; before = {*sys.modules}; import textgen; print(*sorted({*sys.modules} - before))"
    loaded = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append({str(Path(__file__).parents[2])!r}); {code}"],
        capture_output=True,
        text=True,
    )
    parts = {name.partition(".")[0] for name in loaded.stdout.split()}
    assert {"textgen"} <= parts <= {"importlib", "warnings", "textgen"}, loaded.stderr  # Python 3.13 loads no warnings


def test_an_ignored_ctrl_c_stays_ignored() -> None:
    begin = "import os, signal; signal.signal(signal.SIGINT, signal.SIG_IGN); import textgen.__main__; "
    ended = subprocess.run([sys.executable, "-c", begin + "os.kill(os.getpid(), signal.SIGINT)"])
    assert ended.returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("inspect", "--corpus", ""),
        ("inspect", "--model", ""),
        ("generate", "--model", "x", "--out", ""),
        ("evaluate", "--model", "x", "--corpus", "y", "--report", ""),
        ("train-script", "--corpus", "x", "--from", ""),
        ("train-script", "--corpus", "x", "--validation", ""),
        ("train-chat", "--corpus", "x", "--out", ""),
        ("score", "--model", "x", ""),
        ("chat", "--model", ""),
    ],
)
def test_an_empty_path_is_refused(run, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "it must be a path" in err


@pytest.mark.parametrize("place", [("--debug", "generate"), ("generate", "--debug")])
def test_debug_shows_the_traceback(run, monkeypatch: pytest.MonkeyPatch, place: tuple[str, str]) -> None:
    failing(monkeypatch, ModelError("No model."))
    code, _, err = run(*place, "--model", "x")
    assert code == 1
    assert "Traceback" in err
    assert err.endswith("textgen: No model.\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("genrate",), "'genrate' was asked for, but textgen has no such command: did you mean generate?"),
        (("zzz",), "'zzz' was asked for, but textgen has no such command: choose from chat, compare, "),
        (("generate",), "Missing option '--model'"),
        (("generate", "--model", "x", "--lines", "many"), "'many' is not a valid integer"),
        (("generate", "--model", "x", "--tempo", "1"), "No such option"),
        (("train-script", "--corpus", "x", "--size", "huge"), "'huge' is not one of"),
        (("completion", "powershell"), "'powershell' is not one of"),
    ],
)
def test_wrong_usage_is_told_with_code_2(run, arguments: tuple[str, ...], sentence: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err


def test_nothing_asked_for_shows_the_help(run) -> None:
    code, out, err = run()
    assert code in (0, 2)
    assert "train-script" in out + err


def test_version(run) -> None:
    assert run("--version") == (0, f"textgen {__version__}\n", "")


def commands() -> dict[str, click.Command]:
    context = click.Context(module.cli)
    found = {name: module.cli.get_command(context, name) for name in module.cli.list_commands(context)}
    assert all(command is not None for command in found.values())
    return found  # type: ignore[return-value]


def test_every_module_with_a_command_is_found() -> None:
    paths = Path(module.__file__).parent.glob("*.py")
    named = {path.stem.replace("_", "-") for path in paths if '@click.command("' in path.read_text(encoding="utf-8")}
    assert set(module.command_lines()) == named


@pytest.mark.parametrize("name", list(module.command_lines()))
def test_every_command_and_option_has_help(run, name: str) -> None:
    command = commands()[name]
    assert command.name == name
    assert command.help and command.help.partition("\n")[0] == module.command_lines()[name]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
    code, out, err = run(name, "--help")
    assert (code, err) == (0, "")
    assert "--debug" in out
    for parameter in command.params:
        for option in parameter.opts if isinstance(parameter, click.Option) else []:
            assert option in out


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("generate", {"english"}),
        ("score", set()),
        ("train-discriminator", set()),
        ("train-script", {"english"}),
        ("train-chat", {"dialogue"}),
        ("explain", {"english", "smalltalk"}),
    ],
)
def test_help_offers_the_models_that_a_command_can_use(run, name: str, named: set[str]) -> None:
    _, text, _ = run(name, "--help")
    offered = re.findall(r"or ((?:smalltalk|english|dialogue)(?: or \w+)?), which", " ".join(text.split()))
    assert set(" ".join(offered).replace(" or ", " ").split()) == named


def test_the_help_names_every_command_with_its_line(run) -> None:
    _, out, _ = run("--help")
    assert run("-h") == (0, out, "")
    for name, line in module.command_lines().items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", out, re.MULTILINE)


def test_commands_named_in_help_exist() -> None:
    texts = [module.cli.help or "", *(command.help or "" for command in commands().values())]
    named = set(re.findall(r"(?:^|[`$ ])textgen ([a-z][a-z0-9-]*) (?=-)", "\n".join(texts), re.MULTILINE))
    assert {"train-script", "generate"} <= named
    assert named <= set(commands())


def test_a_reader_that_leaves_is_no_error(untrained: Path) -> None:
    command = [sys.executable, "-m", "textgen", "generate", "--model", str(untrained), "--lines", "200", "--seed", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.read(5)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_behind_stdout_is_one_sentence(untrained: Path) -> None:
    command = [sys.executable, "-m", "textgen", "generate", "--model", str(untrained), "--lines", "2", "--seed", "1"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert "No space left" in done.stderr and "Exception ignored" not in done.stderr
