"""Learning the merges of a byte-level BPE from counted pretokens, with Hugging Face's `tokenizers`."""

import json
from collections.abc import Iterator, Mapping

from textgen.errors import MissingExtraError
from textgen.text.counting import SEEN_ENOUGH
from textgen.text.special import BYTES
from textgen.wording import to_install

_SEPARATOR = "\x00"
_BATCH = 1000
# The library takes no counts, so each pretoken is fed as often as it was seen, in large corpora to scale.
_MOST_FED = 20_000_000


def learn_merges(counts: Mapping[str, int], limit: int) -> list[tuple[int, int]]:
    """Learn merges of pairs seen at least three times; the same counts always give the same merges.

    Args:
        counts: how often each pretoken was seen.
        limit: most merges.

    Returns:
        Pairs of indices as `textgen.text.bpe.MergeTable` takes them.

    Raises:
        MissingExtraError: `tokenizers` is not installed.
    """
    try:
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    except ImportError as error:
        raise MissingExtraError(
            f"Learning a subword vocabulary needs the package tokenizers, which is not installed; {to_install('train')}"
        ) from error
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(_SEPARATOR, "removed"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=BYTES + limit,
        min_frequency=SEEN_ENOUGH,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    learner.train_from_iterator(_repeated(counts), trainer)
    return _as_indices(json.loads(learner.to_str())["model"]["merges"])


def byte_alphabet() -> dict[str, int]:
    """Give the character by which GPT-2's byte-level BPE writes each byte, mapped to the byte."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [value for value in range(256) if value not in printable]
    shown = {chr(value): value for value in printable}
    return shown | {chr(256 + index): value for index, value in enumerate(others)}


def _repeated(counts: Mapping[str, int]) -> Iterator[str]:
    scale = max(1, -(-sum(counts.values()) // _MOST_FED))
    for pretoken in sorted(counts):
        times = round(counts[pretoken] / scale)
        if _SEPARATOR in pretoken:
            continue
        for done in range(0, times, _BATCH):
            yield _SEPARATOR.join([pretoken] * min(_BATCH, times - done))


def _as_indices(merges: list[list[str]]) -> list[tuple[int, int]]:
    indices = byte_alphabet()
    pairs: list[tuple[int, int]] = []
    for left, right in merges:
        pairs.append((indices[left], indices[right]))
        indices.setdefault(left + right, len(indices))
    return pairs
