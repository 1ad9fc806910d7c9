"""`textgen explain`: Show what a model expected at each token."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from textgen.cli.options import WRITTEN, NamedPath, OutPath, model_option
from textgen.cli.output import echo, read_in, write_out

if TYPE_CHECKING:
    from textgen.chatbot import Chatbot
    from textgen.explanation.reply import ReplyExplanation
    from textgen.explanation.script import Explanation
    from textgen.explanation.tokens import ExplainedToken

_LEAST_EXPECTED = 10
_SHOWN_ALTERNATIVES = 4
_CALM, _ALARMED = (255, 240, 230), (244, 122, 42)
"""Backgrounds, in red, green and blue, of what is hardly surprising and of what is most surprising."""


@click.command("explain")
@model_option(required=True)
@click.argument("text", required=False)
@click.option(
    "--file", type=NamedPath(allow_dash=True), metavar="FILE", help="Read the text from a file (- for stdin)."
)
@click.option("--html", type=OutPath(dir_okay=False), metavar="OUT", help=f"Write a page for the browser; {WRITTEN}")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object, for programs.")
@click.option("--seed", type=int, metavar="N", help="Of a chatbot's reply; the same seed gives the same reply.")
def command(
    model: Path, text: str | None, file: Path | None, html: Path | None, as_json: bool, seed: int | None
) -> None:
    """Show what a model expected at each token.

    A script model reads TEXT, which has the format of the corpus, and shows how likely each token was (a piece of
    text, a speaker, or the end of a line), its rank among all tokens, and the likeliest ones. Surprise is counted in
    nats: 0 is certain, 0.7 is one of two, 2.3 one of ten. A chat model answers TEXT and shows the same of its reply,
    where it looked while it wrote each token, what it copied, and the candidates it chose from. A terminal shows the
    text in colours and the least expected tokens; a pipe gets a line for each token.

    ⏎ is the end of a line and ⟨end⟩ that of the text, which counts in the mean. A piece with spaces is in quotation
    marks. A character that the vocabulary lacks is written byte by byte, such as <EB>.

    \b
    textgen explain --model runs/seinfeld "jerry: hello"
    textgen explain --model runs/seinfeld --file scene.txt --html scene.html
    textgen explain --model smalltalk "my name is Zolt" --seed 3
    """
    if (text is None) == (file is None):
        raise click.UsageError("explain reads one text: give either TEXT (in quotation marks) or --file FILE.")
    if html is not None and as_json:
        raise click.UsageError("--html and --json were both given, but one run makes one of them: leave one out.")
    from textgen.api import load
    from textgen.errors import ConfigurationError
    from textgen.writer import ScriptWriter

    opened = load(model)
    given = read_in(file) if file is not None else text or ""
    found: Explanation | ReplyExplanation
    if isinstance(opened, ScriptWriter):
        if seed is not None:
            raise ConfigurationError(
                f"--seed {seed} was given, but {model} is a script model, which draws nothing while it reads: leave "
                "--seed out."
            )
        found = opened.explain(given)
    else:
        found = _answered(opened, given, seed)
    if html is not None:
        write_out(html, found.to_html(), f"The page is in {html}: open it in a browser.")
    elif as_json:
        echo(found.to_json())
    else:
        _show(found)


def _answered(bot: "Chatbot", message: str, seed: int | None) -> "ReplyExplanation":
    """The explanation of a bot's answer; the seed of one that was not asked for is told."""
    reply = bot.reply(message) if seed is None else bot.reply(message, seed=seed)
    if seed is None:
        echo(f"add --seed {reply.seed} to get this reply again", err=True)
    return bot.explain()


def _show(found: "Explanation | ReplyExplanation") -> None:
    from textgen.explanation.reply import ReplyExplanation
    from textgen.tokenizers.base import END

    tokens: Sequence[ExplainedToken] = found.tokens
    ended = any(token.id == END for token in tokens)
    if sys.stdout.isatty():
        _show_colours(tokens)
        spoken = (token for token in tokens if token.id != END)  # a short text ends where hardly any of the corpus does
        tokens = sorted(spoken, key=lambda token: -token.surprise)[:_LEAST_EXPECTED]
        echo("\nThe least expected tokens:")
    echo("\n".join(token_lines(tokens)))
    if isinstance(found, ReplyExplanation):
        echo("\n".join(reply_lines(found)))
    end = "the end of the text among them, " if ended else ""
    echo(f"\n{len(found.tokens):,} tokens, {end}{found.cross_entropy:.2f} nats a token in the mean")


def _show_colours(tokens: "Sequence[ExplainedToken]") -> None:
    from rich.console import Console
    from rich.text import Text

    from textgen.explanation.tokens import SHADES
    from textgen.terminal import harmless

    text = Text()
    for token in tokens:
        share = token.shade / (SHADES - 1)
        mixed = (round(calm + share * (alarmed - calm)) for calm, alarmed in zip(_CALM, _ALARMED, strict=True))
        text.append(harmless(token.text), f"black on rgb({','.join(map(str, mixed))})" if token.shade else "")
        text.append("\n" * token.ends_line + " " * (token.kind == "speaker"))
    Console(file=sys.stdout, highlight=False).print(text, soft_wrap=True)


def token_lines(tokens: "Sequence[ExplainedToken]") -> Iterator[str]:
    """A line for each token: surprise, probability, rank, itself, and the likeliest tokens at its place."""
    shown = [_quoted(token.text) for token in tokens]
    width = max(5, *map(len, shown))
    yield f"{'nats':>5}  {'prob.':>7}  {'rank':>6}  {'token':<{width}}  the likeliest"
    for token, text in zip(tokens, shown, strict=True):
        likeliest = "  ".join(
            f"{_quoted(one.text)} {_percent(one.probability)}" for one in token.alternatives[:_SHOWN_ALTERNATIVES]
        )
        yield f"{token.surprise:5.2f}  {token.probability:7.2%}  {token.rank:6,}  {text:<{width}}  {likeliest}"


def reply_lines(found: "ReplyExplanation") -> Iterator[str]:
    """Where the network looked while it wrote each token of a reply, and the replies it chose from."""
    if found.attention is not None:
        yield "\nWhere it looked, and what it copied:"
        for k, (token, weights) in enumerate(zip(found.tokens, found.attention, strict=True)):
            looked = "  ".join(
                f"{_quoted(found.message_tokens[place])} {weights[place]:.0%}" for place in weights.argsort()[:-4:-1]
            )
            copied = "" if found.copied is None else f"{found.copied[k]:4.0%} copied  "
            yield f"{_quoted(token.text):>12}  {copied}{looked}"
    if found.candidates:
        yield "\nThe candidates, the best first:"
        for candidate in found.candidates:
            parts = ", ".join(f"{name} {value:z.2f}" for name, value in candidate.parts.items())
            yield f"{candidate.score:6.2f}  {candidate.reply.text}  ({parts})"


def _percent(probability: float) -> str:
    if probability >= 0.01:
        return f"{probability:.0%}"
    return f"{probability:.1%}" if probability >= 0.0005 else "<0.1%"


def _quoted(text: str) -> str:
    """A token with its spaces to be seen."""
    return repr(text) if text != text.strip() else text
