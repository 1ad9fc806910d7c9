import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import textgen
from tests.generation.small import saved_model
from textgen.cli.explain import command, token_lines
from textgen.errors import ConfigurationError, TextgenError
from textgen.explanation.tokens import ExplainedToken, RatedToken

TEXT = "JERRY: A zoo.\nELAINE: No.\n"


def explain(*arguments: str | Path, stdin: str | None = None) -> Result:
    done = CliRunner().invoke(command, list(map(str, arguments)), input=stdin)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_a_pipe_gets_a_line_for_each_token(untrained: Path) -> None:
    lines = explain("--model", untrained, TEXT).stdout.splitlines()
    tokens = textgen.load(untrained).explain(TEXT).tokens
    assert lines[0].split() == ["nats", "prob.", "rank", "token", "the", "likeliest"]
    assert [line.split()[0] for line in lines[1 : 1 + len(tokens)]] == [f"{token.surprise:.2f}" for token in tokens]
    assert lines[-1].startswith(f"{len(tokens)} tokens, the end of the text among them, ")


def test_a_file_and_stdin_are_read_alike(untrained: Path, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(TEXT, encoding="utf-8")
    typed = explain("--model", untrained, TEXT).stdout
    assert explain("--model", untrained, "--file", tmp_path / "page.txt").stdout == typed
    assert explain("--model", untrained, "--file", "-", stdin=TEXT).stdout == typed


def test_a_page_and_json_hold_the_explanation(untrained: Path, tmp_path: Path) -> None:
    expected = textgen.load(untrained).explain(TEXT)
    done = explain("--model", untrained, TEXT, "--html", tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == expected.to_html()
    assert done.stdout == "" and "page.html: open it in a browser" in done.stderr
    done = explain("--model", untrained, TEXT, "--html", "-")
    assert done.stdout == expected.to_html() and done.stderr == ""
    assert json.loads(explain("--model", untrained, TEXT, "--json").stdout) == expected.to_json_object()


def test_a_terminal_gets_colours_and_the_least_expected(
    untrained: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    command.main(["--model", str(untrained), TEXT * 3], standalone_mode=False)
    shown = capsys.readouterr().out
    assert "\x1b[" in shown.partition("The least expected")[0]
    assert len(shown.partition("The least expected")[2].splitlines()) == 2 + 10 + 2
    command.main(["--model", str(untrained), "JERRY: No."], standalone_mode=False)
    least = capsys.readouterr().out.partition("The least expected")[2]
    assert "JERRY:" in least and not any(line.split()[3:4] == ["⟨end⟩"] for line in least.splitlines())


def test_a_chat_model_answers_and_explains_its_reply(tmp_path: Path) -> None:
    chat = saved_model(tmp_path / "chat")
    bot = textgen.load(chat)
    reply = bot.reply("hello there", seed=4)
    done = explain("--model", chat, "hello there", "--seed", "4")
    assert done.stderr == "" and f"  {reply}  (likelihood " in done.stdout
    assert done.stdout.count("%  ") > len(bot.explain().tokens)
    seed = explain("--model", chat, "hello there").stderr.split("--seed ")[1].split()[0]
    values = json.loads(explain("--model", chat, "hello there", "--seed", seed, "--json").stdout)
    assert values["candidates"][0]["text"] == textgen.load(chat).reply("hello there", seed=int(seed))


@pytest.mark.parametrize(
    ("probability", "shown"),
    [(1.0, "100%"), (0.284, "28%"), (0.01, "1%"), (0.0099, "1.0%"), (0.004, "0.4%"), (0.0004, "<0.1%"), (0, "<0.1%")],
)
def test_small_probabilities_have_a_decimal(probability: float, shown: str) -> None:
    token = ExplainedToken("a", 9, "text", -1.0, 1, (RatedToken("b", 10, probability),))
    assert list(token_lines([token]))[1].split()[-2:] == ["b", shown]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "give either TEXT (in quotation marks) or --file FILE"),
        (["a", "--file", "b"], "give either TEXT"),
        (["a", "--json", "--html", "b"], "--html and --json were both given"),
        (["a", "--html", "none/b"], "the folder none does not exist: make it first"),
    ],
)
def test_wrong_usage_is_told(untrained: Path, arguments: list[str], sentence: str) -> None:
    done = explain("--model", untrained, *arguments)
    assert done.exit_code == 2 and sentence in " ".join(done.stderr.split())


def test_what_cannot_be_explained_is_told(untrained: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"--seed 3 was given, but .* is a script model"):
        explain("--model", untrained, "a", "--seed", "3")
    with pytest.raises(ConfigurationError, match="there is no line in it"):
        explain("--model", untrained, "")
    with pytest.raises(TextgenError, match="does not exist"):
        explain("--model", untrained, "--file", tmp_path / "none.txt")
