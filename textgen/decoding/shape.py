"""What the scripts of a corpus look like, and the ids that are legal at each place of such a script."""

from collections.abc import Sequence
from dataclasses import dataclass

from textgen.decoding.pieces import Pieces
from textgen.decoding.protocols import Mask
from textgen.decoding.structure import Place
from textgen.errors import ConfigurationError
from textgen.tokenizers.special import LINE_END, NAME_END, SCENE


@dataclass(frozen=True, kw_only=True)
class ScriptShape:
    """What occurs in the scripts of the training corpus.

    Args:
        longest_line: most tokens of the text of a line or of a name, at least 1; a longer one is made to end.
        narration: whether lines without a speaker occur.
        scenes: whether scene headings or scenes after the first occur.
        longest_heading: the same of a heading; 0 takes `longest_line`.
        spelled_names: whether speakers occur that have no label.
        line_breaks: whether the text of a line may hold line breaks.
        empty_lines: whether the text of a line may be empty.
        bracketed_headings: whether every scene heading stands in square brackets.

    Raises:
        ConfigurationError: longest_line is below 1.
    """

    longest_line: int
    narration: bool
    scenes: bool
    longest_heading: int = 0
    spelled_names: bool = False
    line_breaks: bool = False
    empty_lines: bool = False
    bracketed_headings: bool = False

    def __post_init__(self) -> None:
        if self.longest_line < 1:
            raise ConfigurationError(
                f"longest_line={self.longest_line!r} was given, but a line must be allowed at least 1 token: "
                "give the length of the corpus's longest line."
            )


def place_masks(pieces: Pieces, shape: ScriptShape, openers: Sequence[int], narration: bool) -> list[Mask]:
    """For each place the ids that may stand there.

    Args:
        pieces: of the model's tokenizer.
        shape: of the corpus.
        openers: ids that may begin a line, or end the document where one could begin; no pieces of text.
        narration: whether a line may begin without a speaker.

    Returns:
        The masks (vocabulary,), by the number of the place.
    """
    line_end, name_end = pieces.mask(LINE_END), pieces.mask(NAME_END)
    text = pieces.text if shape.line_breaks else pieces.one_line
    text_start = text | line_end if shape.empty_lines else text
    line_start = pieces.mask(*openers)
    if narration:
        line_start |= text_start
    masks = {
        Place.LINE_START: line_start | pieces.mask(SCENE) if shape.scenes else line_start,
        Place.AFTER_HEADING: line_start,
        Place.HEADING: pieces.one_line | line_end,
        Place.NAME_START: pieces.one_line,
        Place.NAME: pieces.one_line | name_end,
        Place.TEXT_START: text_start,
        Place.TEXT: text | line_end,
    }
    return [masks[place] for place in Place]


def closing_masks(pieces: Pieces) -> dict[Place, Mask]:
    """For each place in which a line can be too long, what closes it, or finishes its last character."""
    closers = {Place.HEADING: LINE_END, Place.NAME: NAME_END, Place.TEXT: LINE_END}
    return {place: pieces.mask(closer) | pieces.continuing for place, closer in closers.items()}
