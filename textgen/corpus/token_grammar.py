"""The token grammar: encoding scripts and exchanges as ids.

    document = START scene* END
    scene    = [SCENE heading LINE_END] line*
    line     = LABEL text LINE_END                      a speaker with a label of its own
             | NAME name NAME_END text LINE_END         any other speaker
             | text LINE_END                            narration, plain text, captions

A scene without heading is marked by SCENE LINE_END, except where it begins its document with a line.

    context  = START (turn TURN)*       the oldest turn first; START alone is the empty context
    reply    = START text END           the decoder reads all but the last and predicts all but the first

START gives attention a position to look at, even in the empty context.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from textgen.corpus.document import Line, Scene
from textgen.corpus.prompt import ScriptPrompt
from textgen.corpus.script import Script
from textgen.errors import ConfigurationError
from textgen.tokenizers.base import END, LINE_END, NAME, NAME_END, SCENE, START, TURN, Tokenizer


class ScriptEncoder:
    """Encodes scripts as ids.

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
        """The ids of a script: one document, or for captions one document per scene."""
        separate = script.style.format == "captions"
        documents = [(scene,) for scene in script.scenes] if separate else [script.scenes]
        return list(chain.from_iterable(ids for document in documents for ids in self.encode_document(document)))

    def encode_prompt(self, prompt: ScriptPrompt) -> list[int]:
        """The ids of a prompt, from START on; an unfinished line or heading is not closed."""
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


def newest_document(context: Sequence[int]) -> list[int]:
    """The ids of a script's context from the last START on, which are all that the network has seen in training."""
    ids = list(context)
    return ids[len(ids) - 1 - ids[::-1].index(START) :]


def newest_turn(context: Sequence[int]) -> list[int]:
    """The ids of a context's newest turn, without the structure around it; none of them in an empty context."""
    ids = list(context[:-1]) if len(context) > 1 else []
    begin = max((place for place, token in enumerate(ids) if token in (START, TURN)), default=-1)
    return ids[begin + 1 :]


class DialogueEncoder:
    """Encodes contexts and replies as ids.

    Args:
        tokenizer: encodes their text.
        longest_context: most ids in a context, START included.

    Raises:
        ConfigurationError: not even START would fit.
    """

    def __init__(self, tokenizer: Tokenizer, longest_context: int) -> None:
        if longest_context < 1:
            raise ConfigurationError(
                f"Contexts of at most {longest_context} tokens were asked for, but the empty context has one token "
                "already: give 1 or more."
            )
        self.tokenizer = tokenizer
        self.longest_context = longest_context

    def encode_context(self, turns: Sequence[str]) -> list[int]:
        """The ids of the turns before a reply.

        Args:
            turns: the oldest first.

        Returns:
            START and the newest ids that fit; the oldest are dropped.
        """
        room = self.longest_context - 1
        newest: list[list[int]] = []
        for turn in reversed(turns):
            if room <= 0:
                break
            ids = [*self.tokenizer.encode(turn), TURN][-room:]
            newest.append(ids)
            room -= len(ids)
        return [START, *(token for ids in reversed(newest) for token in ids)]

    def encode_reply(self, text: str) -> list[int]:
        """The ids of a reply, from START to END."""
        return [START, *self.tokenizer.encode(text), END]
