from pathlib import Path

import pytest
from tensorflow import make_ndarray
from tensorflow.core.util.event_pb2 import Event
from tensorflow.data import TFRecordDataset

from textgen.training.history import HistoryRow
from textgen.training.tensorboard import TensorBoard


def test_each_validation_is_an_event(tmp_path: Path) -> None:
    board = TensorBoard(tmp_path)
    board.note("hello")
    board.step(0.5, 4000.0, 2.5)
    board.validating()
    board.validated(HistoryRow(10, 0.25, 1.5, 1e-3, 2.5, 2.25, 4000.0), True)
    board.figures(10, {"distance": 0.5})
    board.sample("JERRY: Hello.")
    board.close()
    (file,) = tmp_path.iterdir()
    events = [Event.FromString(record.numpy()) for record in TFRecordDataset(str(file))]
    values = {value.tag: (event.step, value) for event in events for value in event.summary.value}
    assert set(values) == {
        "bits per character/training",
        "bits per character/held out",
        "learning rate",
        "tokens per second",
        "adversarial/distance",
        "sample",
    }
    assert {step for step, _ in values.values()} == {10}
    assert {value.metadata.plugin_data.plugin_name for _, value in values.values()} == {"scalars", "text"}
    assert make_ndarray(values["learning rate"][1].tensor) == pytest.approx(1e-3)
    assert b"JERRY: Hello." in make_ndarray(values["sample"][1].tensor).item()
