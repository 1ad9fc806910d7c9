"""Damaged model folders and hostile corpora: each use of one ends in a result or in one sentence.

    python -m tests.hostile                        # 1,000 damaged folders and 200 corpora, from seed 0
    python -m tests.hostile --seed 7 --folders 50 --corpora 0

No case may end in another exception, take longer than `SECONDS`, or need more than `MEMORY`. The tests take a few.
"""

import argparse
import contextlib
import io
import json
import math
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from click.testing import CliRunner

import textgen
from textgen.cli.main import cli
from textgen.corpus.collection import Corpus
from textgen.discriminator.file import discriminator_path
from textgen.errors import TextgenError
from textgen.model_folder import ModelFolder, read_tensors, write_tensors
from textgen.training import history
from textgen.training.checkpoint import Checkpoint, Run
from textgen.training.real_texts import stored_texts

from .data.make_frozen import PAGE

DATA = Path(__file__).parent / "data"
RUNS = ["run-v1", "run-v2", "chat-run-v1", "chat-run-v2"]
HOW = {"seed": 1, "temperature": 0.8, "min_p": 0.05, "max_new_tokens": 8}

SECONDS = 30.0
"""Longest that a case may take; most take some hundredths."""

MEMORY = 3 << 30
"""Address space of the process while the cases run, in bytes; half of it is taken by what is imported."""

LONGEST_SENTENCE = 1500

DEEP: list[Any] = []
for _ in range(400):
    DEEP = [DEEP]
VALUES: list[Any] = [None, True, -1, 0, 1.5, "x", "", [], {}, [[]], {"a": 1}, 2**31, 2**40, 2**70, 10**400, 1e308]
VALUES += [math.nan, math.inf, [1] * 50, DEEP]
Place = tuple[str | int, ...]
Change = Callable[[Path, random.Random], None]


def written_by(model: Path, no_copy: int = 0) -> str:
    """What a model writes."""
    opened = textgen.load(model)
    if isinstance(opened, textgen.Chatbot):
        return opened.reply("what colour is it?", candidates=1, **HOW, no_copy=no_copy)
    return opened.write("JERRY: My c", **HOW, no_copy=no_copy).text


def places(values: Any, here: Place = ()) -> Iterator[Place]:
    """Every place in a JSON value; of a list only the first and the last one."""
    if here:
        yield here
    if isinstance(values, dict):
        for key, value in values.items():
            yield from places(value, (*here, key))
    elif isinstance(values, list) and values:
        for index in {0, len(values) - 1}:
            yield from places(values[index], (*here, index))


def changed(values: Any, place: Place, change: Callable[[Any, Any], None]) -> Any:
    """A copy with a change made at a place."""
    copy = json.loads(json.dumps(values))
    parent = copy
    for key in place[:-1]:
        parent = parent[key]
    change(parent, place[-1])
    return copy


def _set_a_field(values: Any, draw: random.Random) -> Any:
    """A copy of a JSON value with another value at a random place."""
    value = draw.choice(VALUES)
    return changed(values, draw.choice([*places(values)]), lambda parent, key: parent.__setitem__(key, value))


def _json_field(path: Path, draw: random.Random) -> None:
    """Changes a field of a JSON file, or of the JSON in the metadata of arrays, whose checksum stays right."""
    if path.suffix == ".safetensors":
        arrays, metadata = read_tensors(path)
        described = next((name for name in ("position", "discriminator") if name in metadata), None)
        if described is not None:
            metadata[described] = json.dumps(_set_a_field(json.loads(metadata[described]), draw))
        write_tensors(path, arrays, metadata)
    elif path.suffix == ".json":
        path.write_text(json.dumps(_set_a_field(json.loads(path.read_bytes()), draw)), encoding="utf-8")
    else:
        _flip(path, draw)


def _array(path: Path, draw: random.Random) -> None:
    """Changes an array, with a right checksum."""
    if path.suffix == ".npy":
        ids = np.load(path)
        kinds = [ids[::-1], ids + 7, ids.astype(np.float32), ids.reshape(1, -1), ids[:3], np.zeros(5, np.uint16)]
        random_ids = np.random.default_rng(draw.randrange(99)).integers(0, 2 ** draw.randrange(4, 17), len(ids))
        np.save(path, draw.choice([*kinds, random_ids.astype(ids.dtype), np.full(9, 65_535, np.uint16)]))
    elif path.suffix == ".safetensors":
        arrays, metadata = read_tensors(path)
        name = draw.choice(sorted(arrays))
        bad = arrays[name].copy()
        bad.flat[: 1 + bad.size // 2] = draw.choice([np.nan, np.inf, 1e30, 0.0])
        others = [bad, arrays[name].T, arrays[name].astype(np.float64), arrays[name].astype(np.int8), arrays[name][:1]]
        write_tensors(path, {**arrays, name: draw.choice(others)}, metadata)
    else:
        _flip(path, draw)


def _flip(path: Path, draw: random.Random) -> None:
    content = bytearray(path.read_bytes() or b"\0")
    for _ in range(draw.choice([1, 1, 8, 200])):
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    path.write_bytes(content)


def _cut(path: Path, draw: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: draw.randrange(len(content) + 1)])


def _other_bytes(path: Path, draw: random.Random) -> None:
    content = path.read_bytes()
    nested = b"[" * 100_000
    others = [b"", b"{}", b"null", nested, content * 2, content[::-1], content + b"\0", content[3:], bytes(4096)]
    path.write_bytes(draw.choice([*others, draw.randbytes(4096), b"\xff\xfe", content.replace(b",", b";")]))


def _no_file(path: Path, draw: random.Random) -> None:
    """Puts nothing, or something that is no file, in the place of a file."""
    path.unlink()
    kind = draw.randrange(6)
    if kind == 0:
        path.mkdir()
    elif kind == 1:
        os.mkfifo(path)
    elif kind <= 4:
        path.symlink_to(["/dev/zero", "nowhere", path.name][kind - 2])


def _from_elsewhere(path: Path, draw: random.Random) -> None:
    """Puts a file of another model, or another file of the same one, in its place."""
    near = [other for other in path.parent.iterdir() if other.is_file()]
    far = [other for run in RUNS for other in (DATA / run).rglob(path.name)]
    path.write_bytes(draw.choice([*near, *far]).read_bytes())


CHANGES: dict[str, Change] = {
    "field": _json_field,
    "array": _array,
    "bits": _flip,
    "cut": _cut,
    "bytes": _other_bytes,
    "no file": _no_file,
    "another file": _from_elsewhere,
}


def damaged_folders(number: int, seed: int, at: Path) -> Iterator[tuple[str, Path]]:
    """Model folders with one damaged file each (now and then two), each with what was done; one at a time.

    Args:
        number: how many.
        seed: of the draws.
        at: where the folder is put, in place of the one before.
    """
    for case in range(number):
        draw = random.Random(f"{seed} {case}")
        shutil.rmtree(at, ignore_errors=True)
        model = Path(shutil.copytree(DATA / RUNS[case % len(RUNS)] / "model", at))
        done = [RUNS[case % len(RUNS)]]
        for _ in range(draw.choice([1, 1, 1, 2])):
            path = draw.choice(sorted(path for path in model.rglob("*") if path.is_file()))
            name = draw.choice(sorted(CHANGES))
            try:
                CHANGES[name](path, draw)
            except (ValueError, KeyError, TypeError):  # a file that was damaged before is no longer such a file
                continue
            done.append(f"{name} of {path.relative_to(model)}")
        yield f"{seed} {case}: {', '.join(done)}", model


def uses_of_a_folder(model: Path) -> Iterator[Callable[[], object]]:
    """All that is done with a model folder without TensorFlow."""
    training = model / "training"
    yield lambda: written_by(model)
    yield lambda: written_by(model, no_copy=8)
    yield lambda: _run("inspect", "--model", str(model))
    yield lambda: Run.load(training)
    yield lambda: Checkpoint.load(training)
    yield lambda: history.forget_after(training, 1)
    yield lambda: history.read(training)
    yield lambda: stored_texts(ModelFolder(model).load(), 40, 0)
    if discriminator_path(model).exists():
        yield lambda: textgen.load(model).score(PAGE)


def _run(*arguments: str) -> None:
    """Runs a command; raises what it raises."""
    result = CliRunner().invoke(cli, arguments, standalone_mode=False)
    if result.exception is not None:
        raise result.exception


PARTS = [
    "JERRY: Hello.\n",
    "[Scene 1: a room]\n",
    "INT. ROOM - DAY\n\nANN\n(smiling)\nHi.\n\n",
    '{"turns": ["hi", "ho"]}\n',
    '{"messages": [{"role": "user", "content": "hi"}]}\n',
    '"open quote,\n',
    "a,b,c\n",
    "question\tanswer\n",
    "1\n00:00:01,000 --> 00:00:02,000\nHi.\n\n",
    "WEBVTT\n\n",
    "5/23/21, 7:32 AM - Ann: hi\n",
    "<a><b>\n",
    "<!DOCTYPE x [<!ENTITY a 'b'>]>\n<x>&a;</x>\n",
    "```\n---\n===\n***\n",
    "\x00\x1b[2J\x07\x9b\r\n",
    "\u2028\u2029\x85\u200b\u202e\ufeff\n",
    "e" + "\u0301" * 300 + "\n",
    " " * 3000 + "\n",
    "(" * 2000 + "\n",
    "[" * 2000 + "\n",
    "{" * 500 + "\n",
    "." * 3000 + "\n",
    "\t" * 500 + "x\n",
    "L1 +++$+++ u0 +++$+++ m0 +++$+++ ANN +++$+++ hi\n",
    "a __eou__ b __eou__\n",
    "- - a\n  - b\n",
    "\\ud83d \\u0000 \\N{x}\n",
    "EVE: " + "word " * 4000 + "\n",
    "9" * 5000 + "\n",
]


def _spliced(draw: random.Random) -> bytes:
    """Lines of several formats in one text."""
    return "".join(draw.choices(PARTS, k=draw.randrange(1, 60))).encode()


def _repeated(draw: random.Random) -> bytes:
    """The same part many times, or many times in a line."""
    part = draw.choice(PARTS)
    joined = part.rstrip("\n") * (200_000 // len(part))
    return (joined if draw.random() < 0.5 else part * (200_000 // len(part))).encode()


def _broken_kind(draw: random.Random) -> bytes:
    """A file of a known format, with damage."""
    content = bytearray(draw.choice(sorted((DATA / "kinds").rglob("*.*"))).read_bytes())
    for _ in range(draw.choice([1, 5, 50])):
        begin = draw.randrange(len(content) + 1)
        end = begin + draw.choice([0, 1, 1, 30, 400])
        content[begin:end] = draw.choice([b"", b"\n", b"\0", b'"', b"\xff", b"<", b"[", bytes(content[begin:end]) * 2])
    return bytes(content)


def _encoded(draw: random.Random) -> bytes:
    """A text in an encoding that says it is another one, or that ends in the middle of a character."""
    text = "ANN: naïve café — 你好 שלום\nBOB: Да, нет.\n" * 30
    names = ["utf-16", "utf-16-le", "utf-32", "utf-7", "shift_jis", "iso2022_jp", "gb18030", "cp1251", "utf-8-sig"]
    marks = [b"", b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x1b$B", b"~{"]
    content = draw.choice(marks) + text.encode(draw.choice(names), "replace")
    return content[: len(content) - draw.randrange(4)]


def _nested(draw: random.Random) -> bytes:
    """JSON or XML that is nested deeply, expands, or never ends."""
    depth = draw.choice([50, 101, 1000, 100_000])
    entities = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10 if n else 'ha'}'>" for n in range(12))
    return draw.choice(
        [
            "[" * depth + "]" * depth,
            '{"a":' * depth + "1" + "}" * depth,
            '[{"text": "hi"},' * depth,
            "<a>" * depth + "</a>" * depth,
            f"<!DOCTYPE x [{entities}]><FinalDraft>&e11;</FinalDraft>",
            "<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><FinalDraft>&f;</FinalDraft>",
            '{"messages": [' + '{"role": "user", "content": "' + "x" * depth,
        ]
    ).encode()


def _bytes(draw: random.Random) -> bytes:
    """Bytes that are no text."""
    heads = [b"", b"PK\x03\x04", b"%PDF-", b"\x1f\x8b", b"\x89PNG", b"\x93NUMPY"]
    return draw.choice(heads) + draw.choice([b"", bytes(5000), draw.randbytes(5000), b"\r" * 9000, b" \n" * 9000])


MAKERS = [_spliced, _repeated, _broken_kind, _broken_kind, _encoded, _nested, _bytes]
NAMES = ["a.txt", "a.csv", "a.tsv", "a.json", "a.jsonl", "a.fdx", "a.fountain", "a.srt", "a.md", "a\x1b[2J\x07.txt"]


def hostile_corpora(number: int, seed: int, at: Path) -> Iterator[tuple[str, Path]]:
    """Files and folders that are hardly a corpus, each with how it was made; one at a time, in the folder `at`."""
    for case in range(number):
        draw = random.Random(f"{seed} {case}")
        shutil.rmtree(at, ignore_errors=True)
        at.mkdir()
        make, name = MAKERS[case % len(MAKERS)], draw.choice(NAMES)
        (at / name).write_bytes(make(draw))
        if draw.random() < 0.2:
            (at / "loop").symlink_to(at)
            (at / "pipe.txt").exists() or os.mkfifo(at / "pipe.txt")
            (at / "b.txt").write_bytes(_spliced(draw))
        yield f"{seed} {case}: {make.__name__[1:]} {name!r}", at if draw.random() < 0.4 else at / name


def uses_of_a_corpus(path: Path) -> Iterator[Callable[[], object]]:
    """How a corpus is read: for a person, as scripts and as dialogues."""
    yield lambda: _run("inspect", "--corpus", str(path))
    yield lambda: _run("inspect", "--corpus", str(path), "--format", "plain", "--json")
    yield lambda: [len(dialogue.lines) for _, dialogue in Corpus(path, kind="dialogues").dialogues()]


class TookTooLong(BaseException):
    """A case that does not end; no `except` of the package may catch it."""


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Ends what takes too long, and takes warnings of NumPy for errors."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def outcomes(uses: Iterator[Callable[[], object]], seconds: float = SECONDS) -> Iterator[str | None]:
    """How each use ends: None for a result, or the sentence.

    Args:
        uses: of a folder or a file.
        seconds: longest that each may take.

    Raises:
        AssertionError: in another way.
    """
    for number, use in enumerate(uses):
        try:
            with limited(seconds), contextlib.redirect_stderr(io.StringIO()):
                use()
        except TextgenError as error:
            sentence = str(error)
            assert sentence and "\n" not in sentence and len(sentence) <= LONGEST_SENTENCE, (number, sentence)
            yield sentence
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            raise AssertionError(f"use {number} ended in {type(error).__name__}: {error!s:.300}") from error
        else:
            yield None


def main() -> None:
    """Runs all cases, prints those that end in another way, and exits with 1 if there are any."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--folders", type=int, default=1000, help="damaged model folders")
    asked.add_argument("--corpora", type=int, default=200, help="hostile corpora")
    options = asked.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    failed, ends = 0, Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder) / "case"
        groups = (
            (damaged_folders(options.folders, options.seed, at), uses_of_a_folder),
            (hostile_corpora(options.corpora, options.seed, at), uses_of_a_corpus),
        )
        for cases, uses in groups:
            for name, path in cases:
                try:
                    for sentence in outcomes(uses(path)):
                        ends["results" if sentence is None else "sentences"] += 1
                except AssertionError as error:
                    failed += 1
                    print(f"{name}: {error}", flush=True)
    print(f"{ends['results']:,} results, {ends['sentences']:,} sentences, {failed} cases that ended in another way")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
