"""Rows for a person."""

from textgen.cli import rows


def test_a_long_text_is_wrapped_or_cut() -> None:
    text = "word " * 40
    wrapped = list(rows.row("name", text))
    assert wrapped[0].startswith("name        word")
    assert all(line.startswith(" " * rows.INDENT) and len(line) <= rows.WIDTH for line in wrapped[1:])
    (short,) = rows.short_row("", text)
    assert short.endswith("word …")


def test_a_text_without_spaces_is_cut_too() -> None:
    (short,) = rows.short_row("begins", f"no speaker | {'山高月小' * 40}")
    assert short.startswith("begins      no speaker | 山高月小") and short.endswith("…")
    assert len(short) == rows.WIDTH
    assert list(rows.short_row("begins", "a 山高月小")) == ["begins      a 山高月小"]


def test_many_speakers_and_files_are_not_all_shown() -> None:
    shown = " ".join(" ".join(rows.speakers({f"s{number}": 1000 for number in range(13)})).split())
    assert shown.startswith("speakers 13: s0 1,000, s1 1,000, ")
    assert shown.endswith("s11 1,000, and 1 more")
    assert list(rows.speakers({})) == ["speakers    none"]
    file = {"path": "a.txt", "bytes": 2000, "encoding": "utf-8", "format": "eou", "reason": "so"}
    shown = list(rows.corpus_files([file] * 12))
    assert shown[:2] == ["file        a.txt (2.0 kB, utf-8)", "read as     eou: so"]
    assert shown[-1].endswith("and 2 more files (--json lists all)")


def test_numbers() -> None:
    assert rows.pairs({"bits_per_character": 1.65432, "words": 12000, "level": "word"}) == (
        "bits per character 1.654, words 12,000, level word"
    )
    assert (rows.size(999_999), rows.size(1_500_000)) == ("1000.0 kB", "1.5 MB")
