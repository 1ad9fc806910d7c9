from pathlib import Path

import numpy as np
import pytest

from textgen.api import load
from textgen.errors import ConfigurationError
from textgen.explanation.neurons import neurons, token_property
from textgen.writer import ScriptWriter

TEXT = 'JERRY: (sad) A "zoo".\nKRAMER: You zoo\u2026 [out] zoom\n'


@pytest.fixture(scope="module")
def writer(untrained: Path) -> ScriptWriter:
    return load(untrained)


@pytest.mark.parametrize(
    ("property", "marked"),
    [
        ("line_end", "⏎⏎"),
        ("speaker", "JERRY:⟨name⟩KRAMER⟨name end⟩"),
        ("speaker:jerry", 'JERRY:(sad) A "zoo".⏎'),
        ("speaker:Kramer", "⟨name⟩KRAMER⟨name end⟩You zoo<E2><80><A6> [out] zoom⏎"),
        ("quotation", '"zoo"'),
        ("direction", "(sad)[out]"),
        ("word:ZOO", "zoozoo"),
    ],
)
def test_the_tokens_that_have_a_property(writer: ScriptWriter, property: str, marked: str) -> None:
    tokens = writer.explain(TEXT).tokens
    flags = token_property(writer.tokenizer, [token.id for token in tokens], property)
    assert "".join(token.text for token, flag in zip(tokens, flags, strict=True) if flag) == marked


def test_a_value_of_a_cell_is_its_squashed_state(writer: ScriptWriter) -> None:
    found, explained = neurons(writer.opened, TEXT, layer=1, cell=7), writer.explain(TEXT)
    assert found.tokens == tuple(token.text for token in explained.tokens)
    assert found.values == pytest.approx(np.tanh(explained.cells[:, 1, 7]).tolist())
    assert found.best == ()


def test_the_cells_that_follow_a_property_best(writer: ScriptWriter) -> None:
    found, cells = neurons(writer.opened, TEXT, property="direction", n=48), np.tanh(writer.explain(TEXT).cells)
    ids = [token.id for token in writer.explain(TEXT).tokens]
    flags = token_property(writer.tokenizer, ids, "direction")
    assert len({(one.layer, one.cell) for one in found.best}) == 48
    for one in found.best:
        assert one.correlation == pytest.approx(np.corrcoef(flags, cells[:, one.layer, one.cell])[0, 1], abs=1e-6)
    sizes = [abs(one.correlation) for one in found.best]
    assert sizes == sorted(sizes, reverse=True)
    assert (found.layer, found.cell) == found.best[0][:2]


def test_a_layer_or_a_number_alone_leaves_the_rest_open(writer: ScriptWriter) -> None:
    everything = neurons(writer.opened, TEXT, property="direction", n=48).best
    for layer in (0, 1):
        found = neurons(writer.opened, TEXT, layer=layer, property="direction")
        assert (found.layer, found.cell) == next(one[:2] for one in everything if one.layer == layer)
    found = neurons(writer.opened, TEXT, cell=3, property="direction")
    assert (found.layer, found.cell) == next(one[:2] for one in everything if one.cell == 3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"layer": 99, "property": "line_end"}, "has layers 0 to 1"),
        ({"cell": -1, "property": "line_end"}, "has layers 0 to 1"),
        ({"layer": 1}, "neither its layer and number nor a property"),
        ({"n": 0, "property": "line_end"}, "n=0 cells were asked for"),
        ({"n": True, "property": "line_end"}, "n=True cells were asked for"),
        (
            {"layer": 2, "cell": 0},
            "Cell 0 of layer 2 was asked for, but the model has layers 0 to 1 with the cells 0 to 23",
        ),
        ({"layer": 0, "cell": -1}, "Cell -1 of layer 0"),
        ({}, "neither its layer and number nor a property was given"),
        ({"property": "mood"}, "'mood' were asked for, but there is no such property: choose one of line_end, speaker"),
        ({"property": "word:"}, "no such property"),
        ({"property": "word:ferry"}, "no token of the text has it"),
    ],
)
def test_what_is_not_there_is_told(writer: ScriptWriter, arguments: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        neurons(writer.opened, TEXT, **arguments)  # type: ignore[arg-type]
