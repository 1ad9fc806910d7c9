"""Source code, configuration, logs and markup: text for machines, kept line by line like plain text.

It is told by its lines, in any language, or by the ending of its name. So its colons make no speakers, and its
indentation and empty lines stay.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from textgen.corpus.formats.base import Evidence, Format, filled, share
from textgen.corpus.formats.naming import begins_with_level
from textgen.corpus.formats.plain import PlainLayout, read_plain
from textgen.corpus.reading_options import ReadingOptions

_LINES = 500
_LONGEST = 1000
_MOSTLY = 0.4
_SENTENCE_END = (".", "!", "?", ",", "…", '"', "”")
_MOST_WORDS = 6

_ENDINGS = (
    "py pyi ipynb js jsx mjs ts tsx c h cc cpp cxx hpp cs java kt scala go rs rb php pl lua jl swift hs ml ex exs erl "
    "clj lisp el sh bash zsh ps1 bat sql css scss less html htm xml yaml yml toml ini cfg conf tex bib diff patch log "
    "ics vcf cmake mk proto vue"
)
_SUFFIXES = frozenset(f".{ending}" for ending in _ENDINGS.split())
_OPENINGS = re.compile(
    r"<\?xml\b|<!DOCTYPE\b|<html\b|#!\s*/|\\documentclass\b|diff --git |commit [0-9a-f]{7,40}\b|BEGIN:V|%YAML\b|"
    r"Traceback \(most recent call last\)|@\w+\{\S+,$",
    re.IGNORECASE,
)
_STATEMENT_ENDS = (";", "{", "}", "))")  # C and its kin, CSS, Lisp
_STATEMENT_BEGINS = re.compile(
    r"[)\]}]+[;,)]*$"
    r"|(?:export\s+|local\s+|let\s+|const\s+|var\s+|mut\s+)*[\w.$\[\]\"'*-]+\s*(?:[-+*/|&:?]?=|<-)\s*[^\s=]"  # x = 1
    r"|[\w.$:]+\([^.!?]*\)[;,]?$"  # call(x)
    r"|(?:async\s+)?(?:def|class|if|elif|else|for|while|try|except|finally|with|case|default|switch|match|do)"
    r"\b[^.!?]*[:{]$"
    r"|(?://|/\*|\*/|<!--|#!|#include\b|#define\b|'''|\"\"\"|@@ |\|.*=)"
    r"|<\w+(?:\s+[\w:-]+=.*)?/?>$|\\[a-z]+\{"
    r"|\((?:def\w*|let|lambda|cond|set!|ns|import)\b"
    r"|(?:SELECT|INSERT INTO|CREATE|FROM|WHERE|GROUP BY|ORDER BY|UPDATE|DELETE|ALTER|DROP|JOIN|VALUES)\b.*[\w*;(,]$"
)
_STATEMENT_HAS = re.compile(
    r"==|!=|&&|\|\||-(?<![-\d]-)(?<!\d -)(?<!\ds -)>|=>|:(?<=\w:):\w|:(?<=\s:):\s|\+=|\$[({]|\((?<=\w\()\)|</\w+>"
)
"""Each begins with a sign, so that a search passes quickly over text."""
_KEYWORD = re.compile(
    r"(?:@\w|class|def|function|sub|return|import|from|raise|throw|yield|break|continue|pass|end|done|fi|esac|require|include|use|using|package|"
    r"public|private|protected|static|const|let|var|func|fn|void|int|char|bool|module|namespace|struct|enum|interface|"
    r"echo|print|puts)\b"
)
_LOGGED = re.compile(
    r"[A-Z][a-z]{2}\s+\d{1,2} \d\d:\d\d:\d\d \S+ [^\s:]+:"
    r"|\d{1,3}(?:\.\d{1,3}){3} "
)
_KEY = re.compile(r"(?P<indent>\s*)(?:- +)?[\w.\"'/-]+:(?P<value>\s+\S.*)?$")
_ITEM = re.compile(r"\s*(?:- |#|---$|\.\.\.$)")


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence by the ending of the name, the first line, or the share of lines that only machines are told."""
    lines = [line for _, line in filled(head[:_LINES])]
    found = sum(map(_is_code, lines))
    reason = f"{share(found, len(lines))} lines are source code, configuration or log"
    if path.suffix.lower() in _SUFFIXES:
        reason = f"the name ends in {path.suffix}; {reason}"
    elif lines and _OPENINGS.match(lines[0]):
        reason = f"it begins as such a file does; {reason}"
    elif _is_nested(head):
        reason = "keys stand under other keys, as in YAML"
    elif not lines or found < _MOSTLY * len(lines):
        return Evidence(False, reason)
    return Evidence(True, reason, layout=PlainLayout())


def _is_code(line: str) -> bool:
    """Whether a line is a statement, an entry of a log, or begins with a keyword and is no sentence."""
    if len(line) > _LONGEST:
        return False
    if line.endswith(_STATEMENT_ENDS) or _STATEMENT_BEGINS.match(line) or _STATEMENT_HAS.search(line):
        return True
    if begins_with_level(line) or _LOGGED.match(line):
        return True
    return bool(_KEYWORD.match(line)) and not line.endswith(_SENTENCE_END) and len(line.split()) <= _MOST_WORDS


def _is_nested(head: Sequence[str]) -> bool:
    """Whether all lines are keys and items, and some keys without a value hold indented ones."""
    opened = nested = 0
    before: re.Match[str] | None = None
    for _, line in ((number, line.rstrip()) for number, line in enumerate(head) if line.strip()):
        key = _KEY.match(line)
        if key is None and not _ITEM.match(line):
            return False
        is_opened = before is not None and before["value"] is None
        opened += is_opened
        if is_opened and before is not None:
            nested += len(line) - len(line.lstrip()) > len(before["indent"])
        before = key
    return nested > 0 and nested >= _MOSTLY * opened


FORMATS = (Format("code", 250, weigh, read_plain),)
