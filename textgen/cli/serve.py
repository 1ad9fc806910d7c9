"""`textgen serve`: Talk and write in a browser; serve models on HTTP."""

import importlib.util
import ipaddress
import sys
from pathlib import Path

import click

from textgen.cli.options import NamedPath, Whole
from textgen.cli.output import echo


@click.command("serve")
@click.option(
    "--model",
    "models",
    type=NamedPath(),
    multiple=True,
    metavar="DIR",
    help="A model folder; may be given several times.  [smalltalk, all under runs/, and english]",
)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="The address to listen on.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=Whole(0, 65535),
    metavar="N",
    help="The port to listen on; 0 takes any free one.",
)
@click.option(
    "--api-key-file",
    type=NamedPath(exists=True, dir_okay=False),
    metavar="FILE",
    help="A file with the key that requests must bring.",
)
@click.option("--no-key", is_flag=True, help="Answer anybody who can reach an address that is not this machine's own.")
@click.option(
    "--allow-host",
    multiple=True,
    metavar="NAME",
    help="A name by which the server may be called, beside localhost and --host; may come several times.",
)
@click.option(
    "--allow-origin",
    multiple=True,
    metavar="URL",
    help="Pages of this origin (https://example.org) may use the API; may come several times.",
)
@click.option(
    "--time-limit",
    default=300,
    show_default=True,
    type=Whole(1),
    metavar="N",
    help="Seconds that a request may take.",
)
def command(
    models: tuple[Path, ...],
    host: str,
    port: int,
    api_key_file: Path | None,
    no_key: bool,
    allow_host: tuple[str, ...],
    allow_origin: tuple[str, ...],
    time_limit: int,
) -> None:
    """Talk and write in a browser; serve models on HTTP.

    The page is at the address that is printed. Programs that speak OpenAI's API find it under /v1. Only this machine
    is answered, unless another --host is given, which needs a key. Ctrl-C ends the server.

    \b
    textgen serve
    textgen serve --model runs/seinfeld --port 8080
    textgen serve --host 0.0.0.0 --api-key-file key.txt
    """
    _require_serve()
    key = None if api_key_file is None else _key(api_key_file)
    if key is None and not no_key and not _is_own(host):
        raise click.UsageError(
            f"--host {host} lets other machines ask: give --api-key-file with a key that they must bring, or --no-key "
            "to answer everybody."
        )
    from textgen.serving.app import application
    from textgen.serving.catalogue import Catalogue, folders_around, folders_given
    from textgen.serving.runs import RUNS, Runs
    from textgen.serving.security import Access
    from textgen.serving.server import Server, address, listen
    from textgen.serving.workers import Limits, Workers

    given = folders_given(list(models))
    catalogue = Catalogue(lambda: given or folders_around(RUNS))
    names = [one["id"] for one in catalogue.descriptions()]
    workers = Workers(Limits(seconds=time_limit))
    names_of_it = [*allow_host, host]
    app = application(catalogue, Runs(RUNS), workers, Access(key, names_of_it, allow_origin))
    listening = listen(host, port)

    def ready() -> None:
        echo(f"Serving {', '.join(names)} at  {address(listening)}  (Ctrl-C ends it)")
        sys.stdout.flush()

    Server(app, workers, ready).serve_on(listening)


def _require_serve() -> None:
    from textgen.errors import MissingExtraError
    from textgen.wording import to_install

    missing = [name for name in ("starlette", "uvicorn", "sse_starlette") if not importlib.util.find_spec(name)]
    if missing:
        raise MissingExtraError(
            f"A server was asked for, but {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed: "
            f"{to_install('serve')}"
        )


def _key(file: Path) -> str:
    """The key in a file."""
    key = file.read_text(encoding="utf-8", errors="replace").strip()
    if not key.isascii() or not key.isprintable() or not 8 <= len(key) <= 512 or " " in key:
        raise click.UsageError(
            f"--api-key-file {file} must hold one key of 8 to 512 letters, digits and signs, and nothing else: write "
            "one into it, for example with  openssl rand -hex 16."
        )
    return key


def _is_own(host: str) -> bool:
    """Whether an address reaches this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
