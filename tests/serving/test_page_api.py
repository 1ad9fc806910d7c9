"""The page's own API."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import textgen
from tests.serving.conftest import MODELS, Served, serving
from textgen.chatbot import Chatbot
from textgen.decoding.options import TABLE
from textgen.serving.catalogue import ServedModel
from textgen.writer import ScriptWriter

HELLO = [{"role": "user", "content": "hello! what colour is the soup?"}]
PAGE = "JERRY: The soup was my coat.\nELAINE: Nothing is worth a ferry.\n"


def test_models_are_described(server: Served) -> None:
    chat, script, judged = server.ask("/api/models").json["models"]
    assert (chat["id"], chat["kind"], chat["bot"], chat["speakers"]) == ("chat", "chat", "chat-v2", [])
    assert chat["defaults"]["candidates"] == 8 and chat["has_index"] and not chat["has_discriminator"]
    assert script["speakers"] == ["ELAINE", "JERRY", "GEORGE", "KRAMER"]
    assert script["defaults"]["temperature"] == 0.8 and script["defaults"]["min_p"] == 0.05
    character = ServedModel("script", MODELS["script"]).bot("JERRY")._responder.defaults
    assert {name: script["talking"][name] for name in character} == dict(character)
    assert judged["has_discriminator"] and judged["warning"] is None


def test_options_are_the_table(server: Served) -> None:
    rows = server.ask("/api/options").json["options"]
    options = {one["name"]: one for one in rows}
    assert list(options) == list(TABLE)
    assert options["lines"]["for"] == ["script"] and options["candidates"]["for"] == ["chat"]
    assert options["top_k"]["type"] == "integer" and options["top_k"]["off"] == 0
    assert options["lines"]["maximum"] == 500 and options["lines"]["default"] == {"script": 20}
    rerank = [(one["type"], one["default"]) for one in rows if one["name"] == "rerank"]
    assert rerank == [("flag", {"chat": True}), ("integer", {"script": 1})]


def test_candidates_are_those_that_a_reply_is_chosen_from(server: Served) -> None:
    found = server.ask("/api/candidates", {"model": "chat", "messages": HELLO, "n": 4, "options": {"seed": 1}}).json
    bot = textgen.load(MODELS["chat"])
    assert isinstance(bot, Chatbot)
    first = bot.reply(HELLO[0]["content"], seed=1, candidates=4)
    assert found["candidates"][0]["text"] == first and found["seed"] == 1
    for one in found["candidates"]:
        assert one["total"] == pytest.approx(sum(one["scores"].values()))


def test_continuations_and_what_a_person_should_know(server: Served) -> None:
    body = {"model": "script", "text": "Newman: hel", "n": 2, "options": {"lines": 1, "seed": 3}}
    found = server.ask("/api/continuations", body).json
    writer = textgen.load(MODELS["script"])
    assert isinstance(writer, ScriptWriter)
    alone = writer.write_several("Newman: hel", lines=1, seed=3, num_return_sequences=2)
    assert ["Newman: hel" + one["text"] for one in found["continuations"]] == [script.text for script in alone]
    assert [one["seed"] for one in found["continuations"]] == [3, 4]
    assert "'Newman' does not occur" in found["notes"][0]


def test_what_could_come_next(server: Served) -> None:
    body = {"model": "script", "text": "JERRY: the", "n": 5, "temperatures": [1, 0.5]}
    tokens = server.ask("/api/next", body).json["tokens"]
    assert len(tokens) == 5
    assert all(one["probabilities"][0] == pytest.approx(one["probability"]) for one in tokens)
    assert tokens[0]["probabilities"][1] > tokens[0]["probability"]


@pytest.mark.parametrize("text", ["JERRY: the soup", "JERRY: the soup ", "JERRY:", "JERRY: the soup.\n", ""])
def test_a_token_that_is_chosen_goes_on_with_the_text(server: Served, text: str) -> None:
    tokens = server.ask("/api/next", {"model": "script", "text": text, "n": 200}).json["tokens"]
    seen = {one["text"]: text + one["inserts"] for one in tokens if one["inserts"]}
    whole = text.rstrip(" ") or text
    assert all(one.startswith(whole) for one in seen.values())
    if text == "JERRY: the soup":
        assert seen["⏎"] == "JERRY: the soup\n" and seen["."] == "JERRY: the soup."
    if text.endswith("\n") or not text:
        assert seen["ELAINE:"].strip().endswith("ELAINE:")


def test_a_script_is_explained(server: Served) -> None:
    found = server.ask("/api/explain", {"model": "script", "text": PAGE}).json
    assert found["tokens"][0]["text"] == "JERRY:" and len(found["tokens"][0]["alternatives"]) == 10
    values = server.ask("/api/neurons", {"model": "script", "text": PAGE, "property": "line_end"}).json
    assert len(values["values"]) == len(values["tokens"]) == len(found["tokens"])
    assert {"layer", "cell", "correlation"} == set(values["best"][0])
    one = server.ask("/api/neurons", {"model": "script", "text": PAGE, "layer": 1, "cell": 3}).json
    assert (one["layer"], one["cell"], one["best"]) == (1, 3, [])


def test_a_reply_is_explained_whether_it_is_given_or_not(server: Served) -> None:
    own = server.ask("/api/explain", {"model": "chat", "messages": HELLO, "options": {"seed": 1}}).json
    weights = own["attention"]["weights"]
    assert len(weights) == len(own["tokens"]) and sum(weights[0]) == pytest.approx(1, abs=1e-5)
    given = server.ask("/api/explain", {"model": "chat", "messages": HELLO, "reply": own["reply"]}).json
    assert given["tokens"] == own["tokens"] and given["candidates"] == []


def test_neighbours_of_a_token(server: Served) -> None:
    found = server.ask("/api/neighbours", {"model": "script", "text": "JERRY", "n": 3}).json
    assert found["token"] == "JERRY:" and len(found["neighbours"]) == 3
    assert server.ask("/api/neighbours", {"model": "script", "id": found["id"], "n": 3}).json == found


def test_realness_needs_a_discriminator(server: Served, refused: Callable[..., str]) -> None:
    found = server.ask("/api/realness", {"model": "judged", "text": PAGE}).json
    assert 0 < found["score"] < 1 and [line["speaker"] for line in found["lines"]] == ["JERRY", "ELAINE"]
    assert "train-discriminator" in refused("/api/realness", {"model": "script", "text": PAGE}, 409)


def test_copies_need_an_index(server: Served, refused: Callable[..., str], tmp_path: Path) -> None:
    assert server.ask("/api/copies", {"model": "script", "text": PAGE}).json == {"spans": []}
    for path in MODELS["script"].iterdir():
        if path.name != "novelty.bin":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with serving({"bare": tmp_path}) as other:
        assert other.ask("/api/copies", {"model": "bare", "text": PAGE}).status == 409
        assert not other.ask("/api/models").json["models"][0]["has_index"]


@pytest.mark.parametrize(
    ("form", "begins"),
    [("text", b"JERRY: The soup"), ("json", b"{"), ("fountain", b""), ("fdx", b"<?xml"), ("pdf", b"%PDF")],
)
def test_a_text_is_exported(server: Served, form: str, begins: bytes) -> None:
    found = server.ask("/api/export", {"model": "script", "text": PAGE, "format": form})
    assert found.status == 200 and found.data.startswith(begins)
    assert found.headers["content-disposition"].startswith('attachment; filename="scene.')


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("candidates", {"model": "chat", "messages": HELLO, "n": 33}, "from 1 to 32"),
        ("candidates", {"model": "chat", "messages": HELLO, "options": []}, "must be an object"),
        ("continuations", {"model": "chat", "text": "x"}, "answers messages"),
        ("continuations", {"model": "script", "text": "x", "options": {"tempo": 1}}, "tempo"),
        ("next", {"model": "script", "text": "x", "temperatures": [0]}, "from 0.01 to 100"),
        ("explain", {"model": "script", "text": ""}, "no line in it"),
        ("explain", {"model": "script"}, "'text' is missing"),
        ("neurons", {"model": "script", "text": PAGE, "property": "mood"}, "no such property"),
        ("neurons", {"model": "script", "text": PAGE}, "neither its layer"),
        ("neighbours", {"model": "script", "id": 10**6}, "has the tokens 0 to"),
        ("export", {"model": "script", "text": PAGE, "format": "docx"}, "choose one of text"),
    ],
)
def test_bad_requests_are_refused(refused: Callable[..., str], path: str, body: Any, sentence: str) -> None:
    assert sentence in refused(f"/api/{path}", body)
