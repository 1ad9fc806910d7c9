"""The models that a server offers."""

import shutil
from pathlib import Path

import pytest

from tests.serving.conftest import MODELS, serving
from textgen.model_folder import ModelFolder
from textgen.serving.catalogue import KEPT, Catalogue, ServedModel, folders_given
from textgen.serving.errors import RequestError


def test_names_are_numbered_where_two_folders_have_the_same(tmp_path: Path) -> None:
    (tmp_path / "chat-v2").symlink_to(MODELS["chat"])
    found = folders_given([MODELS["chat"], MODELS["chat"], Path("smalltalk")])
    assert list(found) == ["chat-v2", "chat-v2-2", "smalltalk"]


def test_an_index_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    model, read = ServedModel("script", MODELS["script"]), []
    monkeypatch.setattr(ModelFolder, "novelty_index", lambda folder: read.append(folder) or None)
    assert (model.index, model.index, len(read)) == (None, None, 1)


def test_a_model_that_is_trained_meanwhile_is_served(tmp_path: Path) -> None:
    models: dict[str, Path] = {}
    with serving(models) as server:
        assert server.ask("/api/models").json == {"models": []}
        models["script"] = MODELS["script"]
        assert server.ask("/api/next", {"model": "script", "text": "JERRY:"}).status == 200


def test_a_model_is_opened_once_and_again_when_it_was_trained_further(tmp_path: Path) -> None:
    shutil.copytree(MODELS["script"], tmp_path / "script")
    catalogue = Catalogue(lambda: {"script": tmp_path / "script"})
    first, speaker = catalogue.find("script:JERRY")
    assert speaker == "JERRY" and catalogue.find("script")[0] is first
    ModelFolder(tmp_path / "script").save_metrics({"bits_per_character": 1.0})
    assert catalogue.find("script")[0] is not first


def test_only_so_many_models_are_kept_open() -> None:
    catalogue = Catalogue(lambda: {f"m{number}": MODELS["script"] for number in range(KEPT + 1)})
    first, *_ = [catalogue.find(f"m{number}")[0] for number in range(KEPT + 1)]
    assert catalogue.find("m0")[0] is not first
    assert catalogue.find(f"m{KEPT}")[0] is catalogue.find(f"m{KEPT}")[0]


def test_what_is_gone_is_told(tmp_path: Path) -> None:
    catalogue = Catalogue(lambda: {"gone": tmp_path / "gone"})
    assert catalogue.descriptions() == []
    with pytest.raises(Exception, match="its files are gone"):
        catalogue.find("gone")
    with pytest.raises(RequestError, match="did you mean gone"):
        catalogue.find("gon")
