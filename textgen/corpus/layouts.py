"""One layout a style: how its lines, headings and scene breaks look in text.

A layout never needs to know what comes later: `partial_line` of a growing line only ever grows at its end, so
that a script can be shown while it is being written.
"""

from collections.abc import Callable

from textgen.corpus import fountain
from textgen.corpus.scene import Line


class Layout:
    """`NAME: text`, the base of the others.

    Args:
        blank_lines: empty lines after each line.
    """

    scene_break = "\n"
    """What separates a scene without heading from the one before it."""

    def __init__(self, blank_lines: int) -> None:
        self.suffix = "\n" * (blank_lines + 1)

    def line_prefix(self, speaker: str | None) -> str:
        """What stands before the text of a line."""
        return "" if speaker is None else f"{speaker}: "

    def line(self, line: Line) -> str:
        """A whole line without the suffix; a speech without words has no white space after the colon."""
        prefix = self.line_prefix(line.speaker)
        return prefix + line.text if line.text else prefix.rstrip()

    def partial_line(self, line: Line) -> str:
        """As much of a growing line as cannot change any more."""
        return self.line(line)

    def heading(self, heading: str) -> str:
        """A scene heading without the suffix."""
        return heading

    def partial_heading(self, heading: str) -> str:
        """As much of a growing heading as cannot change any more."""
        return self.heading(heading)


class PlayLayout(Layout):
    """`NAME:` alone on its line, the speech below, closed by an empty line."""

    def __init__(self, blank_lines: int) -> None:
        super().__init__(max(1, blank_lines))

    def line_prefix(self, speaker: str | None) -> str:
        """The name on its own line."""
        return "" if speaker is None else f"{speaker}:\n"


class PlainLayout(Layout):
    """Physical lines; scenes leave no trace."""

    scene_break = ""

    def __init__(self, blank_lines: int) -> None:
        super().__init__(0)


class FountainLayout(Layout):
    """The Fountain screenplay syntax; narration and headings are held back until they are whole."""

    scene_break = f"{fountain.PAGE_BREAK}\n\n"

    def __init__(self, blank_lines: int) -> None:
        super().__init__(1)

    def line_prefix(self, speaker: str | None) -> str:
        """The character cue on its own line."""
        return "" if speaker is None else fountain.cue(speaker) + "\n"

    def line(self, line: Line) -> str:
        """A speech under its cue, or an action."""
        if line.speaker is None:
            return fountain.action(line.text)
        return fountain.speech(line.speaker, line.text)

    def partial_line(self, line: Line) -> str:
        """The cue and the settled part of the speech."""
        return "" if line.speaker is None else fountain.settled_speech(line.speaker, line.text)

    def heading(self, heading: str) -> str:
        """A scene heading, forced with a dot where needed."""
        return fountain.heading(heading)

    def partial_heading(self, heading: str) -> str:
        """Nothing: whether the dot is needed depends on the whole heading."""
        return ""


LAYOUTS: dict[str, Callable[[int], Layout]] = {
    "colon": Layout,
    "play": PlayLayout,
    "fountain": FountainLayout,
    "plain": PlainLayout,
    "captions": PlainLayout,
}
