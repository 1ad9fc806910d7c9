"""What perplexities are divided by."""

from tests.benchmarks.scripts import script

dailydialog = script("dailydialog")


def test_the_end_of_a_reply_is_a_word() -> None:
    assert dailydialog.words_and_end("I see . Yes ,  that's fine .") == 9


def test_batches_hold_every_pair_once_with_its_like() -> None:
    pairs = [dailydialog.Pair([1], [1] * (2 + k % 7), str(k)) for k in range(150)]
    batches = list(dailydialog.batches(pairs))
    assert sorted(int(pair.text) for batch in batches for pair in batch) == list(range(150))
    lengths = [len(pair.reply) for batch in batches for pair in batch]
    assert lengths == sorted(lengths)


def test_what_is_too_long_for_one_model_is_left_out_for_all() -> None:
    short, long = dailydialog.Pair([1], [1, 7, 2], "a"), dailydialog.Pair([1], [1, 7, 7, 2], "b")
    split = dailydialog.Pair([1], [1, 5, 6, 7, 2], "a")
    assert dailydialog.fitting({"x": [short, long], "y": [short, long]}, {"x": 3, "y": 2})["x"] == [short]
    assert dailydialog.fitting({"x": [short, long], "y": [split, long]}, {"x": 3, "y": 3}) == {"x": [long], "y": [long]}


def test_ratios_are_those_to_the_model_without_context() -> None:
    def row(system: str, perplexity: float) -> object:
        return dailydialog.Row("a corpus", system, 1, 1, 1, 1, perplexity, 2, 1, 60.0, 1, 0)

    rows = [row("full", 45.0), row("without-context", 50.0)]
    assert dailydialog.ratios(rows) == {"full": 0.9, "without-context": 1.0}
    assert dailydialog.ratios(rows[:1]) == {}
