"""What may not be learned from strangers' conversations; names of films, teams, places and first names may occur."""

import re
from collections import Counter
from collections.abc import Sequence

LONGEST_TURN = 40
"""Words."""

_PATTERNS = {
    "e-mail address": r"[\w.+-]+@[\w-]+\.\w|\b\w+ at (?:gmail|yahoo|hotmail|outlook)\b",
    "link": r"https?:|www\.|\b[\w-]{2,}\.(?:com|org|net|edu|gov|io)\b|\bdot com\b",
    "phone number": r"(?:\d[\s().-]*){7,}",
    "street address": r"\b\d{1,5} \w+ (?:street|avenue|ave|road|drive|lane|blvd|apartment)\b|\bzip ?code\b",
    "swearing or slur": (
        r"f[u*]+c?k|sh[i*]t(?!ake)|\bb[i*]tch|\basshole|\bbastard|n[i*]gg|\bfag|\bretard|\bcunt|\bwhore|\bslut"
        r"|\bdick(?:s|head)?\b|\bpiss|\bcrap\b|\bdamn"
    ),
    "sexual": (
        r"\bsex(?!tet|ton)|\bporn|\b(?:horny|nude|naked|boobs?|breasts?|virgin|orgasm\w*|condom\w*|stripper\w*|erotic"
        r"|lingerie|panties|hooker|prostitut\w*|masturbat\w*|kinky|fetish|in bed with|sle(?:ep|pt) with)\b"
    ),
    "self-harm": r"\b(?:suicid\w*|self[- ]harm|(?:cut|hurt|kill)(?:ting|ing)? myself|overdos\w*)\b",
    "hatred": r"\b(?:nazi\w*|hitler|kkk|holocaust|genocide|lynch\w*|rape[sd]?|rapist|molest\w*|pedophil\w*)\b",
    "politics": (
        r"\b(?:trump|obama|clinton|putin|republicans?|democrats?|elections?|congress|senator\w*|abortion\w*"
        r"|immigra\w*|racis\w*|brexit)\b"
    ),
    "drugs": r"\b(?:cocaine|heroin|meth|marijuana|weed|stoned|lsd|opioid\w*)\b",
    "medical or legal advice": r"\b\d+ ?mg\b|\bdosage\b|\bprescri\w+|\byou (?:can|could|should) sue\b|\blawsuit\w*",
    "who is a person": r"\b(?:mturk|turker|amazon turk|this (?:hit|task|survey))\b",
}
"""In lower case."""

FILTERS = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}


def hit(turn: str) -> str | None:
    """The name of the first filter that hits a turn; None where none does."""
    text = turn.replace("\u2019", "'").lower()
    if len(turn.split()) > LONGEST_TURN:
        return f"more than {LONGEST_TURN} words"
    return next((name for name, pattern in FILTERS.items() if pattern.search(text)), None)


def pieces(turns: Sequence[str], counts: Counter[str]) -> list[list[str]]:
    """What is left of a conversation without the turns that are hit: its pieces of two turns or more.

    Args:
        turns: of the conversation.
        counts: how often each filter hit is added to it.
    """
    found: list[list[str]] = [[]]
    for turn in turns:
        name = hit(turn)
        if name is None:
            found[-1].append(turn)
        else:
            counts[name] += 1
            found.append([])
    return [piece for piece in found if len(piece) >= 2]
