"""Progress of a run, and its displays: a live bar, plain lines, TensorBoard."""

import math
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from textgen import terminal
from textgen.training.callback import Callback, Reason
from textgen.training.history import HistoryRow


def make_display() -> Callback:
    """The display that suits stderr: a terminal, or a file or pipe."""
    return LiveDisplay() if sys.stderr is not None and sys.stderr.isatty() else PlainDisplay()


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


FIGURES = {
    "distance": "distance",
    "critic_accuracy": "critic accuracy",
    "generator_loss": "generator loss",
    "critic_loss": "critic loss",
    "distinct_2": "distinct-2",
    "self_bleu_4": "self-BLEU-4",
}
"""The measures of adversarial training that are shown, by name, with their labels."""


def telling(values: Mapping[str, float]) -> str:
    """The measures of `FIGURES` in a line, as far as they are known."""
    known = {name: values[key] for key, name in FIGURES.items() if math.isfinite(values.get(key, math.nan))}
    return "  ".join(f"{name} {value:.3f}" for name, value in known.items())


def praise(best: bool, measured: Mapping[str, float]) -> str:
    """What is said of a validation that is the best so far; where a distance ranks it, held-out text may be worse.

    Args:
        best: whether it is.
        measured: the measures of this validation; empty where it is ranked by the held-out text.
    """
    if not best:
        return ""
    return f"best so far by its distance of {measured['distance']:.3f}" if "distance" in measured else "best so far"


class _Remaining:
    """The time that is left, estimated from the progress of this process; a resumed run does not begin at 0.

    The time before the first step, for reading and compiling, does not count.
    """

    def __init__(self) -> None:
        self._first: tuple[float, float] | None = None

    def text(self, progress: float) -> str:
        now = time.monotonic()
        if self._first is None:
            self._first = now, progress
        started, begun = self._first
        done = progress - begun
        return _clock((now - started) * (1.0 - progress) / done) if done > 0 else "?"


class LiveDisplay(Callback):
    """A bar with speed and loss, a table of the validations and the latest sample."""

    _ROWS = 8

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[detail]}"),
            console=self._console,
        )
        self._task = self._bar.add_task("training", total=1.0, detail="compiling the training step")
        self._remaining, self._rows, self._sample = _Remaining(), list[tuple[HistoryRow, str]](), ""
        self._measured: Mapping[str, float] = {}
        self._live: Live | None = None

    def step(self, progress: float, tokens_per_second: float, train_bits_per_character: float) -> None:
        """Moves the bar; the first step puts it on the screen."""
        if self._live is None:
            self._live = Live(self._render(), console=self._console, refresh_per_second=4)
            self._live.start()
        detail = (
            f"{self._remaining.text(progress)} left · {tokens_per_second:,.0f} tokens/s · "
            f"training {train_bits_per_character:.3f} bits/char"
        )
        self._bar.update(self._task, completed=progress, description="training", detail=detail)

    def validating(self) -> None:
        """Says that the held-out text is being scored."""
        self._bar.update(self._task, description="validating")

    def validated(self, row: HistoryRow, best: bool) -> None:
        """Adds a row to the table."""
        self._rows = [*self._rows, (row, praise(best, self._measured))][-self._ROWS :]
        self._redraw()

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """Prints the shown measures above the bar."""
        self._measured = values
        self.note(f"          {telling(values)}")

    def sample(self, text: str) -> None:
        """Shows what the model writes now."""
        self._sample = text
        self._redraw()

    def note(self, text: str) -> None:
        """Prints a line above the bar."""
        self._console.print(Text(terminal.harmless(text)))

    def end(self, reason: Reason) -> None:
        """Leaves the last picture on the screen."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _redraw(self) -> None:
        if self._live is not None:
            self._live.update(self._render())

    def _render(self) -> Table:
        grid = Table.grid()
        grid.add_row(self._bar)
        if self._rows:
            grid.add_row(self._table())
        if self._sample:
            grid.add_row(
                Panel(Text(terminal.harmless(self._sample.strip())), title="what it writes now", title_align="left")
            )
        return grid

    def _table(self) -> Table:
        is_held_out = any(row.is_held_out for row, _ in self._rows)
        scores = ("training", "held out") if is_held_out else ("training",)
        table = Table("epoch", "time", *scores, "", box=None, padding=(0, 2))
        for row, praised in self._rows:
            figures = [f"{row.train_bits_per_character:.3f}", f"{row.validation_bits_per_character:.3f}"]
            *others, last = figures[: len(scores)]
            table.add_row(f"{row.epoch:.2f}", _clock(row.seconds), *others, f"{last} bits/char", praised)
        return table


class PlainDisplay(Callback):
    """One line a validation, for logs and pipes."""

    def __init__(self) -> None:
        self._measured: Mapping[str, float] = {}

    def validated(self, row: HistoryRow, best: bool) -> None:
        """Prints the row, and below it the measures that belong to it."""
        praised = praise(best, self._measured)
        held_out = f"  held out {row.validation_bits_per_character:.3f}" if row.is_held_out else ""
        self.note(
            f"epoch {row.epoch:.2f}  {_clock(row.seconds)}  {row.tokens_per_second:,.0f} tokens/s  "
            f"training {row.train_bits_per_character:.3f}{held_out} bits/char{'  ' if praised else ''}{praised}"
        )
        if self._measured:
            self._tell_measures(self._measured)
            self._measured = {}

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """Keeps the measures for the row they belong to; before the first step there is none, and they are printed."""
        if step == 0:
            self._tell_measures(values)
        else:
            self._measured = values

    def _tell_measures(self, values: Mapping[str, float]) -> None:
        self.note(f"          {telling(values)}")

    def sample(self, text: str) -> None:
        """Prints the sample, indented."""
        self.note("\n".join(f"    {line}" for line in text.strip().split("\n")))

    def note(self, text: str) -> None:
        """Prints a line."""
        terminal.note(text)


class TensorBoard(Callback):
    """Writes each validation's figures and sample as events.

    Args:
        folder: of the event files.
    """

    def __init__(self, folder: Path) -> None:
        import tensorflow as tf  # the displays for a terminal do not need it

        self._tf, self._writer, self._step = tf, tf.summary.create_file_writer(str(folder)), 0

    def validated(self, row: HistoryRow, best: bool) -> None:
        """Writes the row's figures."""
        self._step = row.step
        figures = {
            "bits per character/training": row.train_bits_per_character,
            "learning rate": row.learning_rate,
            "tokens per second": row.tokens_per_second,
        }
        if row.is_held_out:
            figures["bits per character/held out"] = row.validation_bits_per_character
        self._write_all(row.step, figures)
        self._writer.flush()

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """Writes them under their names."""
        self._write_all(step, {f"adversarial/{name}": value for name, value in values.items()})

    def sample(self, text: str) -> None:
        """Writes the sample as text."""
        with self._writer.as_default(step=self._step):
            self._write("sample", "\n".join(f"    {line}" for line in text.split("\n")), "text")

    def end(self, reason: Reason) -> None:
        """Closes the file."""
        self._writer.close()

    def _write_all(self, step: int, values: Mapping[str, float]) -> None:
        with self._writer.as_default(step=step):
            for name, value in values.items():
                self._write(name, self._tf.constant(value, self._tf.float32), "scalars")

    def _write(self, name: str, value: Any, plugin: str) -> None:
        """Does what `tf.summary.scalar` and `text` do; those need the package `tensorboard`."""
        metadata = self._tf.compat.v1.SummaryMetadata()
        metadata.plugin_data.plugin_name = plugin
        self._tf.summary.write(name, self._tf.constant(value), metadata=metadata)
