"""Names of people, and labels that only look like them."""

import pytest

from textgen.corpus.formats.naming import (
    are_people,
    are_records,
    is_label,
    is_list,
    is_nobody,
    is_numbered_speaker,
    recur,
)


@pytest.mark.parametrize("name", ["Ingredients", "NOTE", "Verse 2", "Step 10.", "Subject", "INFO main", "Zutaten"])
def test_labels(name: str) -> None:
    assert is_label(name)


@pytest.mark.parametrize("name", ["Nora", "Q", "Speaker 1", "Interviewer", "Narrator", "Dr. No", "R2", "小梅"])
def test_people_have_no_labels(name: str) -> None:
    assert not is_label(name)


@pytest.mark.parametrize("name", ["Scene Directions", "#ALL#", "(all)", "SFX"])
def test_nobody_has_such_a_name(name: str) -> None:
    assert is_nobody(name)
    assert not is_nobody("All")


@pytest.mark.parametrize("name", ["Speaker 1", "SPEAKER_00", "spk_12", "Speaker B"])
def test_tools_number_unknown_speakers(name: str) -> None:
    assert is_numbered_speaker(name)
    assert not is_numbered_speaker(f"{name} said")


def test_speakers_recur_and_words_of_a_glossary_do_not() -> None:
    assert recur(["Nora", "Tam"]) and recur(["Nora", "Tam", "Nora"])
    assert not recur([]) and not recur(["Aft", "Bow", "Cleat"])
    assert not recur([*"abcdefghij", "a"])


def test_half_labels_are_no_people() -> None:
    assert not are_people(["Note", "Warning", "Note"])
    assert are_people(["Chorus", "Creon", "Ismene", "Creon", "Chorus"])


def test_fields_stand_once_in_each_record_and_the_same_first() -> None:
    assert are_records([["Breed", "Age", "Home"], ["Breed", "Home"], ["Breed", "Age", "Home"]])
    assert not are_records([["Nora", "Tam", "Nora"], ["Nora", "Olaf"]])  # comes again in a block
    assert not are_records([["Nora", "Tam", "Olaf"], ["Tam", "Nora"], ["Olaf", "Tam"]])  # another one is first
    assert not are_records([["Q", "A"], ["Q", "A"]])


def test_lists_are_no_speech() -> None:
    assert is_list(["200 g sugar", "3 eggs", "a little thyme"])
    assert is_list(["- buy a hinge, and oil it.", "- call Ida."])
    assert not is_list(["They took the lamp,", "and the moon with it."])
    assert not is_list(["Yes"])
