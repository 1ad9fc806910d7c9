import io
import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from tensorflow import make_ndarray
from tensorflow.core.util.event_pb2 import Event
from tensorflow.data import TFRecordDataset

from textgen.evaluation.text_metrics import TEXT_MEASURES
from textgen.training import display
from textgen.training.callback import Callback
from textgen.training.display import (
    FIGURES,
    LiveDisplay,
    PlainDisplay,
    TensorBoard,
    make_display,
)
from textgen.training.history import HistoryRow

ROW = HistoryRow(40, 1.25, 75.0, 1e-3, 2.5, 2.25, 4321.0)


def told(listener: Callback) -> None:
    listener.note("corpus    [show].txt")
    listener.step(0.25, 4321.0, 2.5)
    listener.validating()
    values = {"distance": 0.5, "critic_accuracy": 0.75, "learned": 1.0, "critic_loss": math.nan, "self_bleu_4": 0.25}
    listener.figures(40, values)
    listener.validated(ROW, True)
    listener.sample("JERRY: Hello. [laughs]\n")
    listener.step(0.5, 4321.0, 2.5)
    listener.end("budget")
    listener.end("budget")


def test_plain_lines_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    told(PlainDisplay())
    out, err = capsys.readouterr()
    assert out == ""
    assert err.split("\n") == [
        "corpus    [show].txt",
        "epoch 1.25  1:15  4,321 tokens/s  training 2.500  held out 2.250 bits/char"
        "  best so far by its distance of 0.500",
        "          distance 0.500  critic accuracy 0.750  self-BLEU-4 0.250",
        "    JERRY: Hello. [laughs]",
        "",
    ]


def test_no_display_lets_control_characters_through_to_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.StringIO()
    live = LiveDisplay(Console(file=screen, force_terminal=True, width=60))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    for listener in (live, PlainDisplay()):
        listener.step(0.25, 4321.0, 2.5)
        listener.note("corpus    \x1b]0;mine\x07.txt")
        listener.sample("a\x1b[2Jb\x9b31m")
        listener.end("budget")
    for written in (screen.getvalue(), capsys.readouterr().err):
        assert "\ufffd]0;mine\ufffd.txt" in written
        assert "a\ufffd[2Jb\ufffd31m" in written
        assert not any(one in written for one in ("\x1b]0;", "\x07", "\x1b[2Jb", "\x9b"))


def test_plain_lines_are_unchanged_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    PlainDisplay().sample("a\x1b[2Jb")
    assert capsys.readouterr().err == "    a\x1b[2Jb\n"


def test_without_a_distance_the_held_out_text_says_what_is_best(capsys: pytest.CaptureFixture[str]) -> None:
    display = PlainDisplay()
    display.validated(ROW, True)
    display.validated(ROW, False)
    first, second, _ = capsys.readouterr().err.split("\n")
    assert first.endswith("bits/char  best so far") and second.endswith("bits/char")


def test_measures_before_the_first_step_have_no_row_to_wait_for(capsys: pytest.CaptureFixture[str]) -> None:
    PlainDisplay().figures(0, {"distance": 0.5})
    assert capsys.readouterr().err == "          distance 0.500\n"


def test_measures_are_called_as_textgen_evaluate_calls_them() -> None:
    shared = set(FIGURES) & set(TEXT_MEASURES)
    assert shared == {"distinct_2", "self_bleu_4"}
    assert all(FIGURES[name] == TEXT_MEASURES[name].title for name in shared)


def test_silence(capsys: pytest.CaptureFixture[str]) -> None:
    told(Callback())
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_speed_losses_and_the_sample() -> None:
    screen = io.StringIO()
    told(LiveDisplay(Console(file=screen, force_terminal=True, width=120)))
    for text in (
        "corpus    [show].txt",
        "4,321 tokens/s",
        "2.250 bits/char",
        "best so far by its distance",
        "Hello. [laughs]",
        "50%",
    ):
        assert text in screen.getvalue(), text


def test_where_nothing_is_held_out_no_display_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    row, screen, board = replace(ROW, validation_bits_per_character=2.5), io.StringIO(), TensorBoard(tmp_path)
    live = LiveDisplay(Console(file=screen, force_terminal=True, width=120))
    for listener in (PlainDisplay(), live, board):
        listener.step(0.25, 4321.0, 2.5)
        listener.validated(row, False)
        listener.end("budget")
    assert capsys.readouterr().err == "epoch 1.25  1:15  4,321 tokens/s  training 2.500 bits/char\n"
    assert "2.500 bits/char" in screen.getvalue() and "held out" not in screen.getvalue()
    assert b"bits per character/training" in (content := next(tmp_path.iterdir()).read_bytes())
    assert b"held out" not in content


def test_a_live_display_without_a_step_closes() -> None:
    screen = io.StringIO()
    LiveDisplay(Console(file=screen, force_terminal=True)).end("budget")
    assert screen.getvalue() == ""


def test_the_remaining_time_counts_from_where_this_process_began(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(display.time, "monotonic", lambda: now[0])
    remaining = display._Remaining()
    now[0] += 60.0  # reading and compiling
    assert remaining.text(0.5) == "?"
    now[0] += 3600.0
    assert remaining.text(0.75) == "1:00:00"


@pytest.mark.parametrize(("terminal", "kind"), [(True, LiveDisplay), (False, PlainDisplay)])
def test_the_display_fits_where_stderr_goes(monkeypatch: pytest.MonkeyPatch, terminal: bool, kind: type) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    assert type(make_display()) is kind


def test_each_validation_is_an_event(tmp_path: Path) -> None:
    board = TensorBoard(tmp_path)
    board.note("hello")
    board.step(0.5, 4000.0, 2.5)
    board.validating()
    board.validated(HistoryRow(10, 0.25, 1.5, 1e-3, 2.5, 2.25, 4000.0), True)
    board.figures(10, {"distance": 0.5})
    board.sample("JERRY: Hello.")
    board.end("budget")
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
