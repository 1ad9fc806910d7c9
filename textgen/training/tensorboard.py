"""Event files for TensorBoard."""

from pathlib import Path

import tensorflow as tf

from textgen.training.history import Row


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

    def validated(self, row: Row, best: bool) -> None:
        """Writes the row's figures."""
        self._step = row.step
        with self._writer.as_default(step=row.step):
            tf.summary.scalar("bits per character/training", row.train_bits_per_character)
            tf.summary.scalar("bits per character/held out", row.validation_bits_per_character)
            tf.summary.scalar("learning rate", row.learning_rate)
            tf.summary.scalar("tokens per second", row.tokens_per_second)
        self._writer.flush()

    def sample(self, text: str) -> None:
        """Writes the sample as text."""
        with self._writer.as_default(step=self._step):
            tf.summary.text("sample", "\n".join(f"    {line}" for line in text.split("\n")))

    def note(self, text: str) -> None:
        """Writes nothing."""

    def close(self) -> None:
        """Closes the file."""
        self._writer.close()
