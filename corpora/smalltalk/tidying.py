"""Chat as people type it, put into normal writing: how the bot is to write, whoever it learned from.

Only what is safe without understanding the sentence is done: capitals, apostrophes that have one reading, final
punctuation, a few spellings of chat, repeated letters and marks. Nothing is added but punctuation.
"""

import re
from collections.abc import Mapping, Sequence

_APOSTROPHES = {
    **{
        f"{verb}nt": f"{verb}n't"
        for verb in [
            "do",
            "did",
            "does",
            "is",
            "are",
            "was",
            "were",
            "could",
            "would",
            "should",
            "have",
            "has",
            "had",
            "must",
            "need",
        ]
    },
    "cant": "can't",
    "wont": "won't",
    "aint": "ain't",
    "im": "I'm",
    "ive": "I've",
    "i'm": "I'm",
    "i've": "I've",
    "i'd": "I'd",
    "i'll": "I'll",
    "i": "I",
    "thats": "that's",
    "whats": "what's",
    "hows": "how's",
    "wheres": "where's",
    "whos": "who's",
    "heres": "here's",
    "theres": "there's",
    "youre": "you're",
    "youve": "you've",
    "youll": "you'll",
    "youd": "you'd",
    "theyre": "they're",
    "theyve": "they've",
    "theyll": "they'll",
    "weve": "we've",
    "hes": "he's",
    "shes": "she's",
    "itll": "it'll",
    "thatll": "that'll",
    "yall": "you all",
}
_CHAT = {
    "u": "you",
    "ur": "your",
    "r": "are",
    "n": "and",
    "y": "why",
    "k": "OK",
    "kk": "OK",
    "ok": "OK",
    "thx": "thanks",
    "ty": "thank you",
    "np": "no problem",
    "pls": "please",
    "plz": "please",
    "tho": "though",
    "thru": "through",
    "cuz": "because",
    "coz": "because",
    "bc": "because",
    "b/c": "because",
    "idk": "I don't know",
    "idc": "I don't care",
    "btw": "by the way",
    "tbh": "to be honest",
    "imo": "in my opinion",
    "rn": "right now",
    "ppl": "people",
    "prob": "probably",
    "probs": "probably",
    "def": "definitely",
    "alot": "a lot",
    "wat": "what",
    "wut": "what",
    "wbu": "what about you",
    "hbu": "how about you",
    "yea": "yeah",
    "tv": "TV",
    "w/": "with",
    "teh": "the",
    "yuo": "you",
}
_WEEKDAYS = {f"{day}day": f"{day}day".capitalize() for day in ["mon", "tues", "wednes", "thurs", "fri", "satur", "sun"]}
_SPELLINGS = {**_CHAT, **_APOSTROPHES, **_WEEKDAYS}

_EMOTICON = re.compile(
    r"[:;]['-]?[)(]+"
    r"|(?<!\w)(?:[:;=]['^-]?[)(\]\[DPpOo3/\\|*]+|[xX8]['^-]?[)D]+|[)(]+[:;=]|<3+|\^_*\^|-_+-|[oO]_[oO]|T_T|:'\()(?!\w)"
)
_NOT_TEXT = re.compile(r"[^\x20-\x7e\u00a1-\u024f]+")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "`": "'", "´": "'", "“": '"', "”": '"', "…": "...", "–": "-", "—": "-"})
_MARKS = (
    (re.compile(r"(?:\?+!+|!+\?+)[?!]*|\?{2,}"), "?"),
    (re.compile(r"!{2,}"), "!"),
    (re.compile(r"\.{2,}"), "..."),
    (re.compile(r",{2,}"), ","),
    (re.compile(r"\s+([,.!?;:])"), r"\1"),
    (re.compile(r"([a-z]{2,}[,!?;])(?=[A-Za-z])"), r"\1 "),
    (re.compile(r"[*~_^|\\\[\]{}<>]+|/+$|(?<= )'+(?= )|'+$"), ""),
    (re.compile(r"(?i)^ya\b(?! know| all|'ll)"), "yeah"),
    (re.compile(r"\s+"), " "),
)
_LAUGHTER = re.compile(r"\b(?:a*h+a+h+[ah]+|ba+(?:ha)+h?|h[ah]*ha+h?)\b", re.IGNORECASE)
_LOL = re.compile(r"\bl+o+l+(?:o+l+)*(?:z|s)?\b", re.IGNORECASE)
_BEFORE = (
    (
        "its",
        "it's",
        "a an the not so ok okay been really just pretty very too like good fun nice hard great all still always gonna "
        "going kind kinda cool funny super such that what crazy probably cold hot warm raining snowing true weird easy "
        "more much fine only because definitely quite sad amazing awesome interesting better in on at complicated",
    ),
    (
        "ill",
        "I'll",
        "be go have try look do get take let see just probably never always make talk check give tell think",
    ),
    ("id", "I'd", "say like love be probably rather have go want guess definitely just prefer choose"),
    ("lets", "let's", "go talk see do just say get be try hope play make start hear"),
    ("your", "you're", "welcome"),
)
_CONTRACTIONS = tuple(
    (re.compile(rf"\b{typed}(?= (?:{'|'.join(follow.split())})\b)", re.IGNORECASE), meant)
    for typed, meant, follow in _BEFORE
)
"""What has an apostrophe only before certain words: what is typed, what is meant, the words."""
_WORD = re.compile(r"[A-Za-z]+(?:[/'][A-Za-z]+)*/?")
_REPEATED = re.compile(r"([a-z])\1{2,}", re.IGNORECASE)
_ODD_CAPITALS = re.compile(r"[A-Z]{4,}|[A-Za-z]+[A-Z]+[a-z]+|[a-z]+[A-Z]+|[A-Z]{2,}[a-z]+")
_COMMON = 10
"""Times that a word is seen before it is thought to be a word."""
_SENTENCE = re.compile(r"(^|(?<!\.\.)[.!?] +)([\"'(]*)([a-z])")
_QUESTION = re.compile(
    r"(?:(?:so|and|but|oh|hey|hi|hello|well|yeah|ok|okay|good|cool|nice|haha|lol)[,.!]* )*"
    r"(?:(?:how|what|where|when|why|who|which)(?:'s| (?:is|are|was|were|do|does|did|about|have|has|would|will|can|"
    r"could|kind|time|sort|many|much|long|old|s|color|colour|type|food|else))\b"
    r"|(?:do|did|are|have|would|can|could|will|were|don't|didn't|aren't|haven't|wouldn't|can't) (?:you|we|they|I)\b"
    r"|(?:is|was|does|isn't|wasn't|doesn't) (?:it|that|there|he|she|your|this)\b|what about\b|why not$|and you$|you$)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:hi|hello|hey|howdy|hi there|hey there|hello there|thanks|thank you|bye|goodbye|wow|yay)", re.I
)
_ENDS = re.compile(r"[.!?][\"')]*$")
_CUT_OFF = 140
"""Messages of more characters were cut by the platform: the next one goes on with the sentence."""


def tidy(messages: Sequence[str], counts: Mapping[str, int]) -> str:
    """One turn in normal writing.

    Args:
        messages: as they were typed; each but a cut one becomes a sentence of its own.
        counts: how often words occur, in lower case: which of "god" and "good" is meant by "goood".

    Returns:
        one line; empty where nothing but signs was typed.

    Example:
        >>> tidy(["hey!!", "im sooo tired", "how are u :)"], {"so": 9})
        "Hey! I'm so tired. How are you?"
    """
    joined: list[str] = []
    for message in messages:
        if joined and len(joined[-1]) > _CUT_OFF:
            joined[-1] += f" {message}"
        else:
            joined.append(message)
    return " ".join(filter(None, (_sentence(message, counts) for message in joined)))


def as_typed(messages: Sequence[str]) -> str:
    """One turn as it was typed: its messages, joined by a space, white space made single.

    Example:
        >>> as_typed(["hey!!", "how  are u"])
        'hey!! how are u'
    """
    return " ".join(" ".join(messages).split())


def readings(text: str) -> list[str]:
    """A text, and the ones that are meant where letters stand three times or more.

    Example:
        >>> readings("helllo")
        ['helllo', 'helo', 'hello']
    """
    return list(dict.fromkeys((text, _REPEATED.sub(r"\1", text), _REPEATED.sub(r"\1\1", text))))


def _sentence(message: str, counts: Mapping[str, int]) -> str:
    text = _NOT_TEXT.sub(" ", message.translate(_QUOTES))
    text = _EMOTICON.sub(" ", text)
    for pattern, replacement in _MARKS:
        text = pattern.sub(replacement, text)
    text = _LOL.sub("lol", _LAUGHTER.sub("haha", text))
    text = _WORD.sub(lambda found: _spelled(found[0], counts), text)
    for pattern, meant in _CONTRACTIONS:
        text = pattern.sub(meant, text)
    text = text.strip(" -,;:")
    if not any(map(str.isalnum, text)):
        return ""
    if not _ENDS.search(text):
        text += _final_mark(text)
    return _SENTENCE.sub(lambda found: found[1] + found[2] + found[3].upper(), text)


def _spelled(word: str, counts: Mapping[str, int]) -> str:
    if _ODD_CAPITALS.fullmatch(word) and counts.get(word.lower(), 0) >= _COMMON:
        word = word[0] + word[1:].lower() if not word.isupper() else word.lower()
    word = _shortened(word, counts)
    written = _SPELLINGS.get(word.lower())
    if written is None:
        return word
    return written[0].upper() + written[1:] if word[0].isupper() and not word.isupper() else written


def _shortened(word: str, counts: Mapping[str, int]) -> str:
    """Letters that stand three times or more, once or twice: whichever word is the more frequent one."""
    if not _REPEATED.search(word):
        return word
    once, twice = _REPEATED.sub(r"\1", word), _REPEATED.sub(r"\1\1", word)
    if once.lower() == "to":
        return twice
    return max((once, twice), key=lambda shorter: counts.get(shorter.lower(), 0))


def _final_mark(text: str) -> str:
    if _GREETING.fullmatch(text):
        return "!"
    last = re.split(r"[.!?,] +", text)[-1]
    return "?" if _QUESTION.match(last) and len(last.split()) <= 15 else "."
