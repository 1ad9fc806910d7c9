"""Talks with slots, and their expansions.

A file of patterns has lists, one a line, and talks:

    {pet} = dog / dogs | cat / cats

    [Pets *2]
    YOU: my {pet} is called {pet_name} | we have a {pet}, {pet_name}
    WREN: {pet_name} is a lovely name for a {pet}.
    + chat 0-2
    YOU: ...

` | ` separates alternatives of an entry or a turn, of which one is drawn. ` || ` separates tracks: turns of a talk with
the same number of tracks take the same one. ` / ` separates the fields of an entry: `{pet}` is the first, `{pet.2}` the
second. `{pet2}` is another entry of the list `pet`; the same slot is the same entry in all of a talk. Entries may hold
slots themselves. `a {x}` becomes `an ...` before a vowel. `+ chat 0-2` puts in nought to two of the small exchanges
that stand under `[+chat]`, and `+ talk` one of the short talks: none that speaks of what the talk itself has spoken of,
by its lists or by others of the same matter (`matter: pet pet_name`). `*2` draws a talk twice as often. A line that
begins with `#` is a remark.
"""

import math
import random
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

Turn = tuple[str, str]
"""Who speaks, and what is said."""

_MATTER = "matter: "
_SHORT = 4
_LIST = re.compile(r"\{([a-z_]+)\} = (.*)")
_HEADING = re.compile(r"\[(\+?)([^\]*]+?)(?: \*(\d+))?\]")
_EXCHANGES = re.compile(r"\+ (\w+)(?: (\d)-(\d))?")
_SLOT = re.compile(r"\{([a-z_]+)(\d*)(?:\.(\d))?\}")
_ARTICLE = re.compile(r"\b([aA]) $")
_CONSONANT_SOUND = ("uni", "use", "uku", "one", "eu", "ut")
_SENTENCE = re.compile(r"([.!?] )([a-z])")


class Patterns:
    """The lists, talks and small exchanges of a file.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self.lists: dict[str, list[list[str]]] = {}
        self.matters: list[set[str]] = []
        self.talks: list[tuple[str, list[str], int]] = []
        self.exchanges: dict[str, list[list[str]]] = {}
        rest = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if found := _LIST.fullmatch(line):
                self.lists[found[1]] = [entry.strip().split(" / ") for entry in found[2].split(" | ")]
            elif line.startswith(_MATTER):
                self.matters.append(set(line.removeprefix(_MATTER).split()))
            elif not line.startswith("#"):
                rest.append(line.rstrip())
        for block in re.split(r"\n\s*\n", "\n".join(rest).strip()):
            heading, *turns = block.split("\n")
            name = _HEADING.fullmatch(heading)
            if name is None:
                raise ValueError(f"{path}: {heading!r} is no heading in square brackets.")
            if name[1]:
                self.exchanges.setdefault(name[2], []).append(turns)
                continue
            self.talks.append((name[2], turns, int(name[3] or 1)))
            if len(turns) <= _SHORT:
                self.exchanges.setdefault("talk", []).append(turns)

    def expand(self, count: int, seed: int, often: Collection[str] = (), share: float = 0.0) -> Iterator[list[Turn]]:
        """Yields different talks, fewer than `count` where there are not so many.

        Args:
            count: of talks.
            seed: of all draws.
            often: headings whose talks together are to have a share of all.
            share: of these.
        """
        draw, seen = random.Random(seed), set[tuple[str, ...]]()
        weights = [self._weight(turns, times) for _, turns, times in self.talks]
        if often:
            them = sum(weight for weight, (name, *_) in zip(weights, self.talks, strict=True) if name in often)
            factors = share / them, (1 - share) / (sum(weights) - them)
            weights = [
                weight * factors[name not in often] for weight, (name, *_) in zip(weights, self.talks, strict=True)
            ]
        for _ in range(50 * count):
            if len(seen) == count:
                return
            _, turns, _ = draw.choices(self.talks, weights)[0]
            talk = _Expansion(self, draw).of(turns)
            folded = tuple(re.sub(r"[^a-z ]", "", text.lower()) for _, text in talk)
            if folded not in seen:
                seen.add(folded)
                yield talk

    def _weight(self, turns: Sequence[str], times: int) -> float:
        """Talks with more expansions are drawn more often, but only by the logarithm of their number."""
        alternatives = sum(math.log(1 + turn.count(" | ")) for turn in turns)
        slots = {found[1] + found[2]: found[1] for turn in turns for found in _SLOT.finditer(turn)}
        return times * (1 + alternatives + sum(math.log(len(self.lists[name])) for name in slots.values()))


class _Expansion:
    """One expansion of a talk: which entry stands for which slot, and which track is taken."""

    def __init__(self, patterns: Patterns, draw: random.Random) -> None:
        self._patterns, self._draw = patterns, draw
        self._entries: dict[tuple[int, str, str], list[str]] = {}
        self._block = 0
        self._track: tuple[int, int] | None = None

    def of(self, turns: Sequence[str]) -> list[Turn]:
        talk: list[Turn] = []
        for line in turns:
            if found := _EXCHANGES.fullmatch(line):
                talk += self._in_between(found[1], self._draw.randint(int(found[2] or 1), int(found[3] or 1)))
                continue
            who, text = line.split(": ", 1)
            filled = self._turn(text)
            talk.append((who, filled if who == "YOU" else capitalised(filled)))
        return talk

    def _in_between(self, name: str, exchanges: int) -> list[Turn]:
        """At most so many exchanges of other talks, with slots and tracks of their own; none ends with a question."""
        talk: list[Turn] = []
        fitting = [turns for turns in self._patterns.exchanges[name] if self._fits(turns)]
        for turns in self._draw.sample(fitting, len(fitting)):
            if exchanges < (len(turns) // 2 if name != "talk" else 1):
                continue
            before = self._block, self._track
            self._block, self._track = len(self._entries) + 1, None
            inner = self.of(turns)
            self._block, self._track = before
            if not inner[-1][1].endswith("?"):
                talk += inner
                exchanges -= len(turns) // 2
        return talk

    def _fits(self, turns: Sequence[str]) -> bool:
        """Whether turns speak of nothing that the talk itself has spoken of."""
        told = {name for _, name, _ in self._entries} - {"first_name"}
        told = told.union(*(matter for matter in self._patterns.matters if told & matter))
        return not told & {found[1] for found in _SLOT.finditer(" ".join(turns))}

    def _turn(self, text: str) -> str:
        tracks = text.split(" || ")
        if len(tracks) > 1:
            if self._track is None or self._track[1] != len(tracks):
                self._track = self._draw.randrange(len(tracks)), len(tracks)
            text = tracks[self._track[0]]
        return self._filled(self._draw.choice(text.split(" | ")))

    def _filled(self, text: str) -> str:
        while found := _SLOT.search(text):
            value = self._filled(self._entry(found[1], found[2])[int(found[3] or 1) - 1])
            before = text[: found.start()]
            if value[0].lower() in "aeiou" and not value.lower().startswith(_CONSONANT_SOUND):
                before = _ARTICLE.sub(r"\1n ", before)
            text = before + value + text[found.end() :]
        return text

    def _entry(self, name: str, number: str) -> list[str]:
        key = (self._block, name, number)
        if key not in self._entries:
            taken = [entry for (_, other, _), entry in self._entries.items() if other == name]
            self._entries[key] = self._draw.choice(
                [entry for entry in self._patterns.lists[name] if entry not in taken]
            )
        return self._entries[key]


def capitalised(text: str) -> str:
    """A text with a capital at the beginning of each sentence."""
    return _SENTENCE.sub(lambda found: found[1] + found[2].upper(), text[0].upper() + text[1:])


def typed(text: str, style: str, draw: random.Random) -> str:
    """A turn as people type it.

    Args:
        text: of the turn.
        style: `lower` (small letters, marks left out now and then) or `proper` (capitals and full stops); any other
            leaves it as it is. The same for all turns of a talk.
        draw: decides about marks.
    """
    if style == "lower":
        text = text.lower()
        if draw.random() < 0.3:
            text = text.replace("'", "")
        return text.rstrip("?.!") or text if draw.random() < 0.3 else text
    if style == "proper":
        text = capitalised(re.sub(r"\bi\b", "I", text))
        return f"{text}." if text[-1].isalnum() and draw.random() < 0.6 else text
    return text
