from textgen.tokenizers.word import WordTokenizer


def test_words_and_characters_seen_three_times_are_learned() -> None:
    tokenizer = WordTokenizer.learn(["no no", "no", "no ex"], [])
    # "no" 3; " no" and " ex" are too rare; of the characters n 4, o 4 and the space 2.
    assert tokenizer.to_json()["pieces"] == ["no", "n", "o"]


def test_a_word_of_one_character_is_the_character() -> None:
    tokenizer = WordTokenizer.learn(["a"] * 3 + ["ba"] * 3, [])
    assert tokenizer.to_json()["pieces"] == ["a", "ba", "b"]


def test_the_limit_is_for_words_and_characters_come_on_top() -> None:
    tokenizer = WordTokenizer.learn(["yes"] * 5 + ["no"] * 4, [], vocabulary_limit=1)
    assert tokenizer.to_json()["pieces"] == ["yes", "e", "s", "y", "n", "o"]


def test_rare_words_are_spelled_in_characters_and_rare_characters_in_bytes() -> None:
    tokenizer = WordTokenizer(["hello", "h", "i"], [])  # 8, 9, 10; byte 0 is 11
    assert tokenizer.encode("hello") == [8]
    assert tokenizer.encode("hi") == [9, 10]
    assert tokenizer.encode("hé") == [9, 11 + 0xC3, 11 + 0xA9]


def test_encoding_depends_on_nothing_but_the_text() -> None:
    tokenizer = WordTokenizer(["a", " a"], [])
    first = tokenizer.encode("a a b")
    assert tokenizer.encode("b a") != first
    assert tokenizer.encode("a a b") == first


def test_tokenised_corpora_keep_their_words() -> None:
    tokenizer = WordTokenizer.learn([" <unk> ca n't N \n"] * 3, [], words="whitespace")
    pieces = [tokenizer.piece(index).decode() for index in tokenizer.encode(" ca <unk> n't N")]
    assert pieces == [" ca", " <unk>", " n't", " N"]


def test_ranked_are_the_words_in_their_order_and_neither_structure_labels_nor_spelling() -> None:
    tokenizer = WordTokenizer([" the", "a", "é", "thé", "\n", " a"], ["JERRY"])
    assert [tokenizer.piece(index).decode() for index in tokenizer.ranked_ids()] == [" the", "thé", " a"]
    assert WordTokenizer(["x", "\u20ac"], ["GEORGE"]).ranked_ids() == []


def test_the_last_word_may_be_unfinished() -> None:
    tokenizer = WordTokenizer([], [])
    assert [tokenizer.last_word(text) for text in ("say hel", "say ", "say hello.", "", "it'")] == [
        " hel", " ", ".", "", "'",
    ]  # fmt: skip
    assert WordTokenizer([], [], words="whitespace").last_word("say hello.") == " hello."
