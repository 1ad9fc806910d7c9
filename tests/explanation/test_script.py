import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import corpus_text
from textgen.api import load
from textgen.corpus.collection import Corpus
from textgen.errors import ConfigurationError
from textgen.evaluation.report import evaluate
from textgen.explanation import script
from textgen.writer import ScriptWriter

TEXT = "JERRY: A zoo.\n[Scene 2: nothing]\nKRAMER: Giddy up.\nELAINE: (smiling) No.\n"


@pytest.fixture(scope="module")
def writer(untrained: Path) -> ScriptWriter:
    return load(untrained)


def test_probabilities_are_those_of_evaluate(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "page.txt"
    path.write_text(corpus_text(scenes=2, seed=5), encoding="utf-8")
    writer = load(trained)
    scores = evaluate(writer, Corpus(path), samples=0).scores
    monkeypatch.setattr(script, "_LOGITS_BYTES", 100_000)  # so that the logits are made in parts
    found = writer.explain(path.read_text(encoding="utf-8"))
    assert len(found.tokens) == scores.tokens
    assert found.cross_entropy == pytest.approx(scores.nats / scores.tokens, abs=1e-6)
    assert found.cross_entropy < 2.5


def test_tokens_show_what_was_read(writer: ScriptWriter) -> None:
    found = writer.explain(TEXT)
    shown = "".join(f"{token.text} " if token.kind == "speaker" else token.text for token in found.tokens)
    assert shown == (
        "JERRY: A zoo.⏎⟨scene⟩[Scene 2: nothing]⏎⟨name⟩KRAMER⟨name end⟩Giddy up.⏎ELAINE: (smiling) No.⏎⟨end⟩"
    )
    for token in found.tokens:
        assert token.probability == pytest.approx(math.exp(-token.surprise))
        assert (token.rank <= 10) == (token.id in [other.id for other in token.alternatives])


def test_states_are_those_of_the_network(writer: ScriptWriter) -> None:
    found, network = writer.explain(TEXT), writer.model
    state = network.initial_state()
    for token in [1, *(token.id for token in found.tokens)]:
        _, state = network.step(np.array([token]), state)
    assert found.hidden.shape == found.cells.shape == (len(found.tokens), 2, 24)
    assert np.array_equal(found.hidden[-1], np.concatenate(state[::2]))
    assert np.array_equal(found.cells[-1], np.concatenate(state[1::2]))


def test_a_text_is_read_in_the_habits_of_the_corpus(writer: ScriptWriter) -> None:
    assert writer.explain("jerry: It\u2019s\r\n").tokens == writer.explain("JERRY: It's").tokens


def test_json_is_plain_and_has_the_states_only_if_asked(writer: ScriptWriter) -> None:
    found = writer.explain("JERRY: A zoo.")
    values = json.loads(found.to_json())
    assert values == found.to_json_object()
    assert set(values) == {"model", "cross_entropy", "tokens"}
    assert set(values["tokens"][0]) == {
        *("text", "id", "kind", "probability", "log_probability", "surprise", "rank", "alternatives")
    }
    assert values["tokens"][0]["alternatives"][0].keys() == {"text", "id", "probability"}
    assert np.array(json.loads(found.to_json(states=True))["cells"]).shape == found.cells.shape


def test_what_comes_next_has_the_probabilities_of_an_explanation(writer: ScriptWriter) -> None:
    explained = writer.explain("JERRY: A zoo.\n").tokens
    place = "".join(token.text for token in explained).index("zoo") - len("JERRY:") + 1
    assert explained[place].text == "z"
    found = writer.next_tokens("jerry: A ", n=10_000, temperatures=[0.5, 1.0, 2.0])
    assert len(found) == writer.tokenizer.vocabulary_size
    assert [token.probability for token in found] == sorted((token.probability for token in found), reverse=True)
    (z,) = [token for token in found if token.id == explained[place].id]
    assert z.probability == pytest.approx(explained[place].probability, abs=1e-6)
    for k, temperature in enumerate([0.5, 1.0, 2.0]):
        at = np.array([token.at_temperatures[k] for token in found])
        powers = np.array([token.probability for token in found]) ** (1 / temperature)
        assert at == pytest.approx(powers / powers.sum(), abs=1e-6)
    assert writer.next_tokens("", n=3) == writer.next_tokens("", n=5)[:3]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"text": None}, "it must be a text"),
        ({"text": "JERRY:", "n": 0}, "n=0 tokens were asked for; it must be a whole number from 1 on"),
        ({"text": "JERRY:", "n": 2.5}, r"n=2\.5"),
        ({"text": "JERRY:", "temperatures": [1, 0]}, r"temperatures \[1, 0\] were asked for; they must be"),
        ({"text": "JERRY:", "temperatures": [math.nan]}, r"\[nan\]"),
        ({"text": "JERRY:", "temperatures": [math.inf]}, r"\[inf\]"),
        ({"text": "JERRY:", "temperatures": ["1"]}, r"\['1'\]"),
        ({"text": "JERRY:", "temperatures": 0.5}, "temperatures 0.5 were asked for"),
    ],
)
def test_what_makes_no_sense_is_refused(writer: ScriptWriter, arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        writer.next_tokens(**arguments)


@pytest.mark.parametrize("text", ["", " \n\n", None, 5])
def test_a_text_without_lines_is_refused(writer: ScriptWriter, text: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no line in it|it must be a text"):
        writer.explain(text)
