"""What speaks for one text a line, and for plain text.

Captions and headlines are short whole texts, one a line. Sentences of a running text that stand one a line
without punctuation (Penn Treebank) are taken as plain text, where the state is carried from one line to the
next; sentences with it look like captions, and `--format plain` says otherwise.
"""

import re
import statistics
from collections.abc import Sequence
from pathlib import Path

from textgen.corpus.evidence import Evidence, filled, share
from textgen.corpus.style import ScriptStyle

_ENDS_WHOLE = re.compile(r"""[.!?…。！？]["'”’)\]]*$""")
_ENDS_OPEN = re.compile(r"[,;:–—-]$")
_MOST_WORDS = 25
_MOST_CHARACTERS = 400
_LEAST_LINES = 8
_WHOLE = 0.7


def caption_evidence(head: Sequence[str], path: Path) -> Evidence:
    """Nearly no empty lines, and most lines are short whole texts."""
    lines = [line for _, line in filled(head)]
    style = ScriptStyle("captions")
    whole = sum(_is_whole(line) for line in lines)
    words = statistics.median(len(line.split()) for line in lines) if lines else 0
    convincing = (
        len(lines) >= max(_LEAST_LINES, 0.98 * len(head))
        and words <= _MOST_WORDS
        and max(map(len, lines)) <= _MOST_CHARACTERS
        and whole >= _WHOLE * len(lines)
    )
    reason = (
        f"{share(whole, len(lines))} lines are whole short texts (median {words:g} {'word' if words == 1 else 'words'})"
    )
    return Evidence(convincing, reason, style)


def plain_evidence(head: Sequence[str], path: Path) -> Evidence:
    """Everything is plain text."""
    return Evidence(True, "plain text: it looks like no script, table or list of texts", ScriptStyle("plain"))


def _is_whole(line: str) -> bool:
    """A sentence with its end, or a headline: it begins with a capital or a number and does not break off."""
    if _ENDS_WHOLE.search(line):
        return True
    return (line[0].isupper() or line[0].isdigit()) and not _ENDS_OPEN.search(line)
