"""What the benchmarks of speed share."""

import json
import sys
import time
from pathlib import Path

import pytest

from tests.benchmarks.scripts import script

measuring = script("measuring")


def test_actions_take_turns_and_the_median_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    now, turns = [0.0], []
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])

    def action(name: str, durations: list[float]) -> None:
        turns.append(name)
        now[0] += durations[turns.count(name) - 1]

    # Each turn is one call that does not count and one that does.
    slow = [9.0, 5.0, 9.0, 1.0, 9.0, 2.0]
    actions = {"slow": lambda: action("slow", slow), "fast": lambda: action("fast", [1.0] * 6)}
    assert measuring.interleaved(actions, rounds=3) == {"slow": 2.0, "fast": 1.0}
    assert turns == ["slow", "slow", "fast", "fast"] * 3


def test_a_child_is_timed() -> None:
    program = "import sys, time; print('a', flush=True); time.sleep(0.3); print(sys.stdin.read())"
    done = measuring.run([sys.executable, "-c", program], "given")
    assert done.output == "a\ngiven\n"
    assert 0 < done.first <= done.seconds - 0.3


def test_a_child_of_a_small_process_is_weighed() -> None:
    weighing = (
        f"import sys; sys.path.append({str(Path(measuring.__file__).parent)!r}); import measuring\n"
        "for size in (1, 200):\n"
        "    program = f'held = b\"x\" * {size}_000_000'\n"
        "    print(measuring.run([sys.executable, '-c', program]).megabytes)"
    )
    little, much = map(float, measuring.run([sys.executable, "-c", weighing]).output.split())
    assert 180 < much - little < 220


def test_a_child_that_fails_tells_why() -> None:
    with pytest.raises(RuntimeError, match="what went wrong"):
        measuring.run([sys.executable, "-c", "raise SystemExit('what went wrong')"])


def test_a_worker_keeps_what_it_has_between_its_turns() -> None:
    program = "import sys\nfor count, _ in enumerate(sys.stdin): print(count, flush=True)"
    with measuring.worker([sys.executable, "-c", program]) as turn:
        assert [int(turn()) for _ in range(3)] == [0, 1, 2]


def test_a_worker_that_fails_tells_why() -> None:
    program = "input(); raise SystemExit('what went wrong')"
    with measuring.worker([sys.executable, "-c", program]) as turn:
        for _ in range(2):
            with pytest.raises(RuntimeError, match="what went wrong"):
                turn()


def test_rows_are_shown_to_people_and_to_programs() -> None:
    rows = [
        {"case": "one", "system": "textgen", "seconds": 1.25, "megabytes": 30.0},
        {"case": "one", "system": "keras", "seconds": 2.5},
        {"case": "two", "system": "textgen", "megabytes": 4000.0},
    ]
    assert json.loads(measuring.shown(rows, True, {})) == {"rows": rows}
    one, _, heading, ours, peer, _, two, _, other, last = measuring.shown(
        rows, False, {"seconds": ".1f", "megabytes": ",.0f"}
    ).split("\n")
    assert (one, two) == ("one", "two")
    assert heading.split() == ["seconds", "megabytes"]
    assert (ours.split(), peer.split()) == (["textgen", "1.2", "30"], ["keras", "2.5"])
    assert (other.split(), last.split()) == (["megabytes"], ["textgen", "4,000"])
