"""Scripts to ids and back: the token grammar.

    document = START scene* END
    scene    = [SCENE heading LINE_END] line*
    line     = LABEL text LINE_END                      a speaker with a label of its own
             | NAME name NAME_END text LINE_END         any other speaker
             | text LINE_END                            narration, plain text, captions

A scene without heading has no SCENE where it opens its document with a line, and SCENE LINE_END elsewhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from textgen.corpus.assembly import scenes
from textgen.corpus.decoding import DecodingState
from textgen.corpus.prompt import Prompt
from textgen.corpus.scene import Element, Line, Scene
from textgen.corpus.script import Script
from textgen.corpus.style import ScriptStyle
from textgen.tokenizers.base import Tokenizer
from textgen.tokenizers.special import END, LINE_END, NAME, NAME_END, SCENE, START


class ScriptEncoder:
    """Puts scripts into ids.

    Args:
        tokenizer: knows which speakers have labels.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer

    def encode_opening(self, line: Line) -> list[int]:
        """The ids of a line that is not finished: speaker and text, without LINE_END."""
        return self.encode_speaker(line.speaker) + self.tokenizer.encode(line.text)

    def encode_speaker(self, speaker: str | None) -> list[int]:
        """The ids in front of a line's text: a label, a spelled name, or nothing for narration."""
        if speaker is None:
            return []
        label = self.tokenizer.label_id(speaker)
        return [NAME, *self.tokenizer.encode(speaker), NAME_END] if label is None else [label]

    def encode_scene(self, scene: Scene, first_of_document: bool) -> list[int]:
        """The ids of a scene, or of a continued part of one; START and END belong to the document.

        Args:
            scene: what to encode.
            first_of_document: whether START stands right before it.
        """
        ids: list[int] = []
        if scene.heading is not None:
            ids += [SCENE, *self.tokenizer.encode(scene.heading), LINE_END]
        elif not scene.continued and not (first_of_document and scene.lines):
            ids += [SCENE, LINE_END]
        for line in scene.lines:
            ids += self.encode_opening(line)
            ids.append(LINE_END)
        return ids

    def encode_document(self, document: Iterable[Scene]) -> Iterator[list[int]]:
        """The ids of a document, a chunk at a time: memory holds one scene (or part of one)."""
        yield [START]
        for number, scene in enumerate(document):
            yield self.encode_scene(scene, first_of_document=number == 0)
        yield [END]

    def encode_script(self, script: Script) -> list[int]:
        """The ids of a script: one document, or a document each scene for captions."""
        separate = script.style.format == "captions"
        documents = [(scene,) for scene in script.scenes] if separate else [script.scenes]
        return list(chain.from_iterable(ids for document in documents for ids in self.encode_document(document)))

    def encode_prompt(self, prompt: Prompt) -> list[int]:
        """The ids of a prompt, from START on; what it leaves open stays open."""
        ids = self.encode_script(Script(prompt.scenes, prompt.style))
        if prompt.style.format == "captions":
            ids = [*ids, START] if prompt.scenes else [START]
        else:
            ids.pop()
        if prompt.heading is not None:
            ids += [SCENE, *self.tokenizer.encode(prompt.heading)]
        elif prompt.line is not None:
            ids += self.encode_opening(prompt.line)
        return ids


def decode_script(ids: Sequence[int], tokenizer: Tokenizer, style: ScriptStyle) -> Script:
    """The script that ids spell, however they are put together; an unfinished last line counts.

    Args:
        ids: padding and turns are ignored; bytes that are no UTF-8 become U+FFFD, an unfinished
            character at the very end is left out.
        tokenizer: the one that encoded them.
        style: how the script's text is to look.
    """
    return Script(scenes(_elements(ids, tokenizer)), style)


def _elements(ids: Sequence[int], tokenizer: Tokenizer) -> Iterator[Element]:
    state = DecodingState(tokenizer)
    for token in ids:
        state, elements = state.advance(token)
        yield from elements
    yield from state.unfinished()
