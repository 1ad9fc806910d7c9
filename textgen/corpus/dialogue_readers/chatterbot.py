"""ChatterBot's YAML: under `conversations`, each item of the list is the list of a dialogue's turns."""

from collections.abc import Iterator, Sequence

from textgen.corpus.dialogue import Dialogue, Turn
from textgen.corpus.reading import TextFile
from textgen.corpus.report import ReadReport
from textgen.errors import MissingExtraError
from textgen.wording import to_install

CONVERSATIONS = "conversations"


def read(files: Sequence[TextFile], report: ReadReport) -> Iterator[Dialogue]:
    """Yield each list of turns; what is no list, and in a list what is no text, is skipped.

    Raises:
        CorpusError: where the file is no YAML.
        MissingExtraError: if PyYAML is not installed.
    """
    (file,) = files
    try:
        from textgen.corpus.dialogue_readers.yaml_items import items_under
    except ImportError as error:
        raise MissingExtraError(
            f"{file.path} is in ChatterBot's format, which is YAML, but PyYAML is not installed; {to_install('train')}"
        ) from error
    for number, item in items_under(file, CONVERSATIONS):
        if not isinstance(item, list):
            report.skip(number, item or "", "no list of turns")
            continue
        for text in item:
            if text is None:
                report.skip(number, "", "a turn that is no text; one with `: ` in it needs quotation marks")
        yield Dialogue(tuple(Turn(text) for text in item if text is not None))
