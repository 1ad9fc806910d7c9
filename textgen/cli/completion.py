"""`textgen completion`: Print the completion script for your shell."""

import click
from click.shell_completion import get_completion_class

from textgen.cli.output import echo


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script for your shell.

    \b
    bash:  textgen completion bash >> ~/.bashrc
    zsh:   textgen completion zsh >> ~/.zshrc
    fish:  textgen completion fish > ~/.config/fish/completions/textgen.fish
    """
    completion = get_completion_class(shell)
    if completion is None:
        raise click.ClickException(f"This version of click has no completion for {shell}.")
    echo(completion(ctx.find_root().command, {}, "textgen", "_TEXTGEN_COMPLETE").source())
