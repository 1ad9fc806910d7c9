import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import textgen
from tests.system.shared import cluster
from textgen.errors import ConfigurationError
from textgen.model_folder import ModelFolder
from textgen.training import team
from textgen.training.team import Cluster, Team, gather

ADDRESSES = ["10.0.0.1:2222", "10.0.0.2:2222"]


def told(monkeypatch: pytest.MonkeyPatch, cluster: Any, task: Any) -> None:
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": task}))


@pytest.mark.parametrize("text", ["", "{}", '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 0}}'])
def test_without_others_a_process_is_alone(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TF_CONFIG", text)
    assert Cluster.from_environment() == Cluster((), 0)
    notes = list[str]()
    alone = gather(notes.append)
    assert alone.is_chief and alone.strategy.num_replicas_in_sync == 1 and not notes
    assert alone.added_up(1.5, True) == (1.5, True)
    assert alone.of_chief(lambda: 0.1) == 0.1


@pytest.mark.parametrize(
    ("names", "task", "place"),
    [
        ({"worker": ADDRESSES}, {"type": "worker", "index": 0}, 0),
        ({"worker": ADDRESSES}, {"type": "worker", "index": 1}, 1),
        ({"chief": ADDRESSES[:1], "worker": ADDRESSES[1:]}, {"type": "chief", "index": 0}, 0),
        ({"chief": ADDRESSES[:1], "worker": ADDRESSES[1:]}, {"type": "worker", "index": 0}, 1),
    ],
)
def test_the_chief_comes_first(monkeypatch: pytest.MonkeyPatch, names: Any, task: Any, place: int) -> None:
    told(monkeypatch, names, task)
    assert Cluster.from_environment() == Cluster(tuple(ADDRESSES), place)


@pytest.mark.parametrize(
    ("names", "task", "why"),
    [
        ({"worker": ADDRESSES}, {"type": "worker", "index": 2}, "its task is worker 2"),
        ({"worker": ADDRESSES}, {"type": "worker", "index": -1}, "its task is worker -1"),
        ({"worker": ADDRESSES}, {"type": "chief", "index": 0}, "its task is chief 0"),
        ({"worker": ADDRESSES}, {"type": "evaluator", "index": 0}, "its task is evaluator 0"),
        ({"worker": ADDRESSES}, {}, "its task is None 0"),
        ({"worker": ADDRESSES, "ps": ["b:1"]}, {"type": "worker", "index": 0}, "it names ps"),
        ({"worker": [*ADDRESSES, "here"]}, {"type": "worker", "index": 0}, "'here' is no address"),
        ({"worker": 3}, {"type": "worker", "index": 0}, "not iterable"),
        ([], {}, ""),
    ],
)
def test_what_names_no_cluster_is_refused(monkeypatch: pytest.MonkeyPatch, names: Any, task: Any, why: str) -> None:
    told(monkeypatch, names or 3, task)
    with pytest.raises(ConfigurationError, match=f"^TF_CONFIG is .*{why}.* unset TF_CONFIG to train on this machine"):
        Cluster.from_environment()


def test_text_that_is_no_json_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CONFIG", "{worker")
    with pytest.raises(ConfigurationError, match="from which no cluster could be read"):
        Cluster.from_environment()


@pytest.mark.parametrize("place", [0, 1])
def test_other_kinds_of_training_take_one_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, corpus: Path, place: int
) -> None:
    told(monkeypatch, {"worker": ADDRESSES}, {"type": "worker", "index": place})
    with pytest.raises(ConfigurationError, match=r"^Adversarial training takes one machine, but TF_CONFIG names 2 wor"):
        textgen.train_script(corpus, tmp_path / "model", adversarial=True, quiet=True)
    with pytest.raises(ConfigurationError, match=r"^A discriminator takes one machine, but TF_CONFIG names 2 workers"):
        textgen.train_discriminator(tmp_path / "model")
    assert not list(tmp_path.iterdir())


def clusters(workers: int) -> list[Cluster]:
    """The same cluster as each of its processes sees it, on free ports of this machine."""
    tasks = [json.loads(environment["TF_CONFIG"]) for environment in cluster(workers)]
    return [Cluster(tuple(task["cluster"]["worker"]), task["task"]["index"]) for task in tasks]


def test_workers_meet_in_any_order() -> None:
    chief, *others = clusters(3)
    threads = [threading.Thread(target=team._meet, args=(one,)) for one in (others[1], chief, others[0])]
    for thread in threads:
        thread.start()
        time.sleep(0.1)
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_a_call_from_another_cluster_is_not_the_chief_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team, "_PATIENCE", 1.0)
    _, worker = clusters(2)
    port = int(worker.addresses[1].rpartition(":")[2])
    failures = list[OSError]()

    def wait() -> None:
        try:
            team._meet(worker)
        except OSError as error:
            failures.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.2)
    assert not team._calls("127.0.0.1", port, b"127.0.0.1:1\n127.0.0.1:2")
    thread.join(10)
    assert [str(error) for error in failures] == ["the chief has not called"]


def test_who_does_not_come_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team, "_PATIENCE", 0.1)
    chief, worker = clusters(2)
    with pytest.raises(ConfigurationError, match=rf"as worker 1, but could not \({worker.addresses[1]} does not answe"):
        team._met(chief)


def test_a_process_alone_sends_its_folder_to_nobody(tmp_path: Path) -> None:
    Team().send(ModelFolder(tmp_path / "nowhere"))
    assert not list(tmp_path.iterdir())
