"""Source code, configuration and logs are text as it stands."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.formats.code import weigh
from textgen.corpus.formats.plain import PlainLayout
from textgen.corpus.reading_options import AS_FOUND
from textgen.corpus.script import ScriptStyle, read_script
from textgen.corpus.token_grammar import ScriptEncoder
from textgen.corpus.token_parser import decode_script
from textgen.tokenizers import learn_tokenizer

JAVA = ["public class Boat {", "    private int oars;", "", "    int oars() {", "        return oars;", "    }", "}"]
GO = ["package main", "", "func main() {", "\tfor _, b := range boats {", "\t\tfmt.Println(b)", "\t}", "}"]
RUBY = [
    "class Boat",
    "  def initialize(name)",
    "    @name = name",
    "  end",
    "",
    "  def name",
    "    @name",
    "  end",
    "end",
]
LISP = ["(defun row (boat)", "  (if (null boat)", "      0", "      (+ 1 (row (cdr boat)))))"]
YAML = ["boats:", "  ida:", "    oars: 2", "  olga:", "    oars: 4", "harbour:", "- turku", "- bergen"]
LOG = [
    "[2024-01-01 10:00] INFO boat: afloat",
    "[2024-01-01 10:01] ERROR boat: sunk",
    "[2024-01-01 10:02] INFO diver: in",
]
XML = ["<?xml version='1.0'?>", "<boats>", "one", "two", "three", "</boats>"]
TRACE = ["Traceback (most recent call last):", '  File "boat.py", line 3, in row', "    row()", "ValueError: no oars"]
SCRIPT = ["[The boat]", "ida: row!", "olaf: for whom?", "ida: for me", "olaf: (rows) there == here"]
POEM = [
    "return to me the lamp,",
    "    import no other light,",
    "and let the end be damp",
    "    if it will end to-night.",
]


@pytest.mark.parametrize("lines", [JAVA, GO, RUBY, LISP, YAML, LOG, XML, TRACE])
def test_lines_for_machines(lines: list[str]) -> None:
    evidence = weigh(lines, Path("a.txt"), AS_FOUND)
    assert evidence.convincing
    assert evidence.layout == PlainLayout()


@pytest.mark.parametrize("lines", [SCRIPT, POEM, ["nora: well", "tam: so"], [], ["Yes:", "no", "", "No:", "yes"]])
def test_lines_for_people(lines: list[str]) -> None:
    assert not weigh(lines, Path("a.txt"), AS_FOUND).convincing


def test_the_ending_of_the_name_says_so() -> None:
    assert weigh(["note: nothing yet"], Path("a.py"), AS_FOUND).reason.startswith("the name ends in .py")


@pytest.mark.parametrize("level", ["character", "word", "subword"])
def test_indentation_and_empty_lines_survive_the_ids(level: str) -> None:
    lines = [*GO, "", "", "    \tdone"]
    script = read_script("\n".join(lines), ScriptStyle("plain"))
    tokenizer = learn_tokenizer(level, JAVA, [])
    ids = ScriptEncoder(tokenizer).encode_script(script)
    assert decode_script(ids, tokenizer, script.style).text == "\n".join(lines) + "\n"


@given(st.lists(st.text(alphabet="ab:-= \t(){}[];#", max_size=12), max_size=8))
def test_any_text_is_weighed(lines: list[str]) -> None:
    assert weigh(lines, Path("a.txt"), AS_FOUND).reason
