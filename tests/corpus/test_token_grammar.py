"""Scripts to ids and back, whole and one id at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.strategies import LABELS, TOKENIZERS, scripts, texts
from textgen.corpus.prompt import parse_prompt
from textgen.corpus.script import Line, Scene, Script, ScriptStyle
from textgen.corpus.token_grammar import DialogueEncoder, ScriptEncoder
from textgen.corpus.token_parser import ScriptRenderer, decode_script
from textgen.errors import ConfigurationError, TextgenError
from textgen.tokenizers.base import END, FIRST_LABEL, LINE_END, NAME, NAME_END, SCENE, START, TURN

COLON = ScriptStyle("colon")
TOKENIZER = TOKENIZERS["character"]
ENCODER = ScriptEncoder(TOKENIZER)
levels = st.sampled_from(list(TOKENIZERS))


def test_the_grammar() -> None:
    script = Script(
        (Scene(None, (Line("jerry", "hi"), Line("bo", "h"))), Scene("[x]", (Line(None, "e"),)), Scene(None)),
        COLON,
    )
    text = TOKENIZER.encode
    assert ENCODER.encode_script(script) == [
        START,
        FIRST_LABEL, *text("hi"), LINE_END,
        NAME, *text("bo"), NAME_END, *text("h"), LINE_END,
        SCENE, *text("[x]"), LINE_END,
        *text("e"), LINE_END,
        SCENE, LINE_END,
        END,
    ]  # fmt: skip


def test_each_caption_is_a_document() -> None:
    script = Script((Scene(None, (Line(None, "a"),)), Scene(None, (Line(None, "e"),))), ScriptStyle("captions"))
    a, e = TOKENIZER.encode("a"), TOKENIZER.encode("e")
    assert ENCODER.encode_script(script) == [START, *a, LINE_END, END, START, *e, LINE_END, END]


def test_a_continued_part_has_no_scene_token() -> None:
    scene = Scene(None, (Line("jerry", ""),), continued=True)
    assert ENCODER.encode_scene(scene, first_of_document=False) == [FIRST_LABEL, LINE_END]


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(TextgenError):
        ENCODER.encode_opening(Line("jerry", "\ud800"))


@given(levels, scripts())
def test_a_script_comes_back_from_its_ids(level: str, script: Script) -> None:
    tokenizer = TOKENIZERS[level]
    ids = ScriptEncoder(tokenizer).encode_script(script)
    assert decode_script(ids, tokenizer, script.style) == script


@given(levels, scripts())
def test_rendering_adds_up_to_the_text(level: str, script: Script) -> None:
    ids = ScriptEncoder(TOKENIZERS[level]).encode_script(script)
    assert "".join(_render(ids, level, script.style)) == script.text


@given(levels, scripts(most_lines=2), st.integers(0, 60))
def test_rendering_an_unfinished_script(level: str, script: Script, length: int) -> None:
    ids = ScriptEncoder(TOKENIZERS[level]).encode_script(script)[:length]
    decoded = decode_script(ids, TOKENIZERS[level], script.style)
    text = "".join(_render(ids, level, script.style))
    assert text in (decoded.text, decoded.to_text(finished=False))
    if ids and ids[-1] in (LINE_END, END):
        assert text == decoded.text


@given(levels, st.data(), st.sampled_from(["colon", "fountain", "captions"]))
def test_any_ids_are_a_script(level: str, data: st.DataObject, style: str) -> None:
    size = TOKENIZERS[level].vocabulary_size
    token = st.one_of(st.integers(0, FIRST_LABEL), st.integers(size - 256, size - 1), st.integers(0, size - 1))
    ids = data.draw(st.lists(token, max_size=20))
    decoded = decode_script(ids, TOKENIZERS[level], ScriptStyle(style))
    text = "".join(_render(ids, level, ScriptStyle(style)))
    assert text in (decoded.text, decoded.to_text(finished=False))


def _render(ids: list[int], level: str, style: ScriptStyle) -> list[str]:
    renderer = ScriptRenderer(TOKENIZERS[level], style)
    pieces = []
    for token in ids:
        piece, renderer = renderer.advance(token)
        pieces.append(piece)
    return [*pieces, renderer.flush()]


def test_only_whole_characters_are_shown() -> None:
    encoded = [TOKENIZER.first_byte + byte for byte in "é".encode()]
    assert _render([START, FIRST_LABEL, *encoded, LINE_END], "character", COLON) == [
        "",
        "jerry:",
        "",
        " é",
        "\n",
        "",
    ]


def test_a_renderer_can_be_kept() -> None:
    _, before = ScriptRenderer(TOKENIZER, COLON).advance(FIRST_LABEL)
    one, _ = before.advance(TOKENIZER.encode("h")[0])
    two, _ = before.advance(TOKENIZER.encode("e")[0])
    assert (one, two) == (" h", " e")


def test_narration_in_fountain_waits_until_it_is_whole() -> None:
    ids = [START, *TOKENIZER.encode("EXT. a"), LINE_END]
    assert _render(ids, "character", ScriptStyle("fountain"))[-2:] == ["!EXT. a\n\n", ""]
    assert _render(ids[:-1], "character", ScriptStyle("fountain"))[-1] == "!EXT. a"


def test_an_extension_waits_until_it_is_whole() -> None:
    ids = [START, *ENCODER.encode_opening(Line("EVE", "(V.O.)\nh")), LINE_END]
    assert [piece for piece in _render(ids, "character", ScriptStyle("fountain")) if piece] == [
        "EVE", " (V.O.)\n", "h", "\n\n"
    ]  # fmt: skip


def test_a_prompt_stays_open() -> None:
    prompt = parse_prompt("[x]\njerry: hi\nÉLAINE: he", COLON)
    text = TOKENIZER.encode
    assert ENCODER.encode_prompt(prompt) == [
        START, SCENE, *text("[x]"), LINE_END, FIRST_LABEL, *text("hi"), LINE_END, FIRST_LABEL + 1, *text("he")
    ]  # fmt: skip
    assert ENCODER.encode_prompt(parse_prompt("", COLON)) == [START]
    assert ENCODER.encode_prompt(parse_prompt("[se", COLON)) == [START, SCENE, *text("[se")]


def test_the_prompt_of_captions_opens_a_new_document() -> None:
    a = TOKENIZER.encode("a")
    style = ScriptStyle("captions")
    assert ENCODER.encode_prompt(parse_prompt("a\na", style)) == [START, *a, LINE_END, END, START, *a]
    assert ENCODER.encode_prompt(parse_prompt("a", style)) == [START, *a]


def test_labels_are_single_ids() -> None:
    assert [ENCODER.encode_speaker(name) for name in LABELS] == [[FIRST_LABEL + k] for k in range(len(LABELS))]


LETTERS = TOKENIZERS["character"]
small_levels = st.sampled_from(list(TOKENIZERS))


def test_the_grammar_of_dialogues() -> None:
    text = LETTERS.encode
    encoder = DialogueEncoder(LETTERS, longest_context=20)
    assert encoder.encode_context(["he", "", "are"]) == [START, *text("he"), TURN, TURN, *text("are"), TURN]
    assert encoder.encode_context([]) == [START]
    assert encoder.encode_reply("hi") == [START, *text("hi"), END]


def test_a_reply_is_never_cut() -> None:
    assert len(DialogueEncoder(LETTERS, longest_context=1).encode_reply("hello")) == 7


@given(small_levels, st.lists(texts, max_size=4), st.integers(1, 30))
def test_the_oldest_ids_fall_away(level: str, turns: list[str], longest: int) -> None:
    tokenizer = TOKENIZERS[level]
    whole = [START, *(token for turn in turns for token in [*tokenizer.encode(turn), TURN])]
    ids = DialogueEncoder(tokenizer, longest).encode_context(turns)
    assert len(ids) == min(len(whole), longest)
    assert ids == [START, *whole[len(whole) - len(ids) + 1 :]]


@given(small_levels, texts)
def test_a_reply_comes_back(level: str, text: str) -> None:
    tokenizer = TOKENIZERS[level]
    start, *ids, end = DialogueEncoder(tokenizer, 9).encode_reply(text)
    assert (start, end) == (START, END)
    assert tokenizer.decode(ids) == text


def test_no_room_for_anything_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"at most 0 tokens .* give 1 or more"):
        DialogueEncoder(LETTERS, longest_context=0)


def test_half_a_surrogate_pair_is_refused_in_a_turn() -> None:
    with pytest.raises(TextgenError):
        DialogueEncoder(LETTERS, longest_context=9).encode_reply("\ud800")
