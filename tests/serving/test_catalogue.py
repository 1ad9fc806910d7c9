"""The models that a server offers."""

import shutil
from pathlib import Path

import pytest

from tests.serving.conftest import MODELS, serving
from textgen.discriminator import scorer
from textgen.discriminator.file import discriminator_path, load_discriminator
from textgen.errors import ModelError
from textgen.model_folder import ModelFolder
from textgen.serving.catalogue import KEPT, Catalogue, ServedModel, folders_given
from textgen.serving.errors import RequestError


def test_names_are_numbered_where_two_folders_have_the_same(tmp_path: Path) -> None:
    (tmp_path / "chat-v2").symlink_to(MODELS["chat"])
    found = folders_given([MODELS["chat"], MODELS["chat"], Path("smalltalk")])
    assert list(found) == ["chat-v2", "chat-v2-2", "smalltalk"]


def test_a_number_that_is_a_name_already_is_not_taken(tmp_path: Path) -> None:
    folders = [tmp_path / "x" / "chat-2", tmp_path / "y" / "chat", tmp_path / "z" / "chat", tmp_path / "w" / "chat"]
    for folder in folders:
        folder.parent.mkdir()
        folder.symlink_to(MODELS["chat"])
    # Links are followed: all four are the same folder, whose name is chat-v2.
    copies = [tmp_path / "copies" / str(k) / path.name for k, path in enumerate(folders)]
    for copied in copies:
        shutil.copytree(MODELS["chat"], copied)
    assert list(folders_given(copies)) == ["chat-2", "chat", "chat-3", "chat-4"]
    assert list(folders_given(folders)) == ["chat-v2", "chat-v2-2", "chat-v2-3", "chat-v2-4"]


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff"])
def test_a_damaged_model_is_left_out_and_the_others_are_described(tmp_path: Path, content: bytes) -> None:
    shutil.copytree(MODELS["script"], tmp_path / "script")
    (tmp_path / "script" / "vocabulary.json").write_bytes(content)
    catalogue = Catalogue(lambda: {"script": tmp_path / "script", "chat": MODELS["chat"]})
    assert [one["id"] for one in catalogue.descriptions()] == ["chat"]


def test_a_discriminator_is_read_once_for_all_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    read = list[Path]()
    monkeypatch.setattr(scorer, "load_discriminator", lambda path: read.append(path) or load_discriminator(path))
    model = ServedModel("judged", MODELS["judged"])
    for speaker in ("JERRY", "ELAINE"):
        for _ in range(3):
            assert model.bot(speaker).judge.saved
    assert model.writer(print).judge.saved and len(read) == 1


def test_a_damaged_discriminator_is_the_fault_of_those_alone_that_need_it(tmp_path: Path) -> None:
    shutil.copytree(MODELS["judged"], tmp_path / "judged")
    discriminator_path(tmp_path / "judged").write_bytes(b"damaged")
    model = ServedModel("judged", tmp_path / "judged")
    assert model.writer(print).write("JERRY:", lines=1).text
    with pytest.raises(ModelError):
        _ = model.writer(print).judge


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
