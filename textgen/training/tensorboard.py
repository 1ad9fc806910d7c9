"""Event files for TensorBoard."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf

from textgen.training.history import HistoryRow


class TensorBoard:
    """Writes each validation's figures and sample as events.

    Args:
        folder: of the event files.
    """

    def __init__(self, folder: Path) -> None:
        self._writer = tf.summary.create_file_writer(str(folder))
        self._step = 0

    def step(self, progress: float, tokens_per_second: float, train_bits_per_character: float) -> None:
        """Writes nothing: a figure a validation is enough."""

    def validating(self) -> None:
        """Writes nothing."""

    def validated(self, row: HistoryRow, best: bool) -> None:
        """Writes the row's figures."""
        self._step = row.step
        with self._writer.as_default(step=row.step):
            for name, value in (
                ("bits per character/training", row.train_bits_per_character),
                ("bits per character/held out", row.validation_bits_per_character),
                ("learning rate", row.learning_rate),
                ("tokens per second", row.tokens_per_second),
            ):
                _write(name, tf.constant(value, tf.float32), "scalars")
        self._writer.flush()

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """Writes them under their names."""
        with self._writer.as_default(step=step):
            for name, value in values.items():
                _write(f"adversarial/{name}", tf.constant(value, tf.float32), "scalars")

    def sample(self, text: str) -> None:
        """Writes the sample as text."""
        with self._writer.as_default(step=self._step):
            _write("sample", tf.constant("\n".join(f"    {line}" for line in text.split("\n"))), "text")

    def note(self, text: str) -> None:
        """Writes nothing."""

    def close(self) -> None:
        """Closes the file."""
        self._writer.close()


def _write(name: str, value: Any, plugin: str) -> None:
    """What `tf.summary.scalar` and `text` do, which refuse to without the package `tensorboard`."""
    metadata = tf.compat.v1.SummaryMetadata()
    metadata.plugin_data.plugin_name = plugin
    tf.summary.write(name, value, metadata=metadata)
