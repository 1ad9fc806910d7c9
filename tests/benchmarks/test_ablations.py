"""Variants of the recipe, and the table of what they are worth."""

import pytest

from tests.benchmarks.scripts import script
from textgen.config import Budget

ablations, variants = script("ablations"), script("variants")


def test_joined_variants_are_both_changes() -> None:
    both = variants.find("dropout 0.2+rate 1e-2+averaged 0.98+8 validations")
    assert both.choice == {"dropout": 0.2, "learning_rate": 1e-2}
    assert both.training == {"validations": 8}
    assert len(both.ingredients) == 1


def test_an_unknown_variant_is_named() -> None:
    with pytest.raises(SystemExit, match="'dropout 7'"):
        variants.find("default+dropout 7")


@pytest.mark.parametrize("name", list(variants.VARIANTS))
def test_what_a_variant_replaces_is_there(name: str) -> None:
    with variants.find(name).patched():
        pass


def test_a_table_is_headed_with_the_length_and_another_network() -> None:
    assert ablations.Setting(Budget(minutes=3.0), "medium").case == "tiny-shakespeare, ablations of 3 minutes"
    assert ablations.Setting(Budget(steps=900), "small").case == "tiny-shakespeare, ablations of 900 steps, small"


def test_the_table_has_means_over_seeds() -> None:
    def run(name: str, seed: int, nats: float) -> dict[str, object]:
        speed = {"epochs": 2.0 + seed, "tokens_per_second": 100.0}
        return {"case": "c", "system": name, "seed": seed, "nats_per_character": nats, **speed}

    rows = [run("default", 0, 1.6), run("other", 0, 1.5), run("default", 1, 1.7), run("other", 1, 1.52)]
    usual, other = ablations.table(rows)
    assert usual == {
        "case": "c",
        "system": "default",
        "runs": 2,
        "nats_per_character": pytest.approx(1.65),
        "against_default": 0.0,
        "spread": pytest.approx(0.1),
        "epochs": 2.5,
        "tokens_per_second": 100.0,
    }
    assert other["against_default"] == pytest.approx(-0.14)
    assert "against_default" not in ablations.table(rows[1:2])[0]
