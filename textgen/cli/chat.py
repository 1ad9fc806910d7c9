"""`textgen chat`: Talk to a chatbot, or to a character of a script model."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from textgen.cli.options import NamedPath, decoding_options, given


@click.command("chat")
@click.option("--model", default="smalltalk", metavar="DIR", help="The model folder.  [smalltalk, which comes along]")
@click.option("--as", "speaker", metavar="NAME", help="The character that a script model speaks as.")
@click.option("--open", "conversation", type=NamedPath(), metavar="FILE", help="Continue a saved conversation.")
@click.option(
    "--transcript",
    type=NamedPath(),
    metavar="FILE",
    help="Record the conversation in FILE, as JSON lines.",
)
@decoding_options("talking")
def command(
    model: str, speaker: str | None, conversation: Path | None, transcript: Path | None, **options: Any
) -> None:
    """Talk to a chatbot, or to a character of a script model.

    In a terminal, /help lists the commands. On a pipe there are no commands: every line is a message, and every reply
    is one line. "bye" ends the conversation.

    \b
    textgen chat
    textgen chat --model runs/seinfeld --as jerry
    echo hello | textgen chat --seed 7
    """
    from textgen.repl.session import Session, Transcript, open_bot

    debug = click.get_current_context().meta.get("debug", False)
    with ExitStack() as stack:
        record = stack.enter_context(Transcript(transcript)) if transcript is not None else None
        session = Session(open_bot(model, speaker), open_bot, given(options), record, debug)
        if conversation is not None:
            session.open(conversation)
        if all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
            _in_terminal(session)
        elif sys.stdin is not None:
            from textgen.repl.pipe import run_pipe

            run_pipe(session, sys.stdin.buffer, sys.stdout)


def _in_terminal(session: Any) -> None:
    # Imported here because importing prompt_toolkit takes a quarter of a second, and a pipe does not need it.
    from platformdirs import user_state_path

    from textgen.repl.terminal import run_terminal

    run_terminal(session, user_state_path("textgen", appauthor=False) / "chat_history")
