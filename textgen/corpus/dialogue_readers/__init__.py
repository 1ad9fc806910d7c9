"""One reader a format: text files in, dialogues out, one by one."""

from collections.abc import Callable, Iterator, Sequence

from textgen.corpus.dialogue import Dialogue
from textgen.corpus.dialogue_readers import aligned, chatterbot, conv, cornell, eou, pairs, script, turns_jsonl
from textgen.corpus.reading import TextFile
from textgen.corpus.report import ReadReport

DialogueReader = Callable[[Sequence[TextFile], ReadReport], Iterator[Dialogue]]
"""(one file, or the two that belong together, a report to fill) to dialogues, streaming."""

DIALOGUE_READERS: dict[str, DialogueReader] = {
    "aligned": aligned.read,
    "csv-pairs": pairs.read_csv,
    "tsv-pairs": pairs.read_tsv,
    "eou": eou.read,
    "cornell": cornell.read,
    "chatterbot": chatterbot.read,
    "turns-jsonl": turns_jsonl.read,
    "conv": conv.read,
    "script": script.read,
}
