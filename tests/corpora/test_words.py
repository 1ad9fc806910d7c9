"""Lists of words, and words with capitals."""

from smalltalk.words import capitalised, words

from tests.corpora.talks import known


def test_words_are_lower_case_without_possessives() -> None:
    assert words("Kyle’s dog DIDN'T") == ["kyle", "dog", "didn't"]


def test_capitals_count_inside_sentences_only() -> None:
    assert capitalised("So did Kyle come? Yes. Mary did, too") == ["Kyle"]


def test_shouting_and_titles_show_nothing_about_a_word() -> None:
    assert capitalised("WHY ARE YOU SO LATE") == []


def test_words_mostly_written_with_a_capital_are_proper_nouns() -> None:
    assert known().proper == {"zorblax"}


def test_names_that_are_words_need_a_capital() -> None:
    lists = known()
    assert lists.names == {"kyle", "mary"}
    assert "mark" in lists.ambiguous


def test_harmless_words_of_the_swearing_list_are_left_out() -> None:
    lists = known()
    assert lists.swearing == {"darn"}
    assert lists.phrases == {"oh darn it"}
