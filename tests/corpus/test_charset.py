import pytest

from textgen.corpus.charset import Found, byte_order_mark, find_encoding

ENGLISH = "“Well,” he said, “I don’t know… it’s fine.” — £5 for a naïve fiancée?\n"
FRENCH = "Le garçon était très fâché à cause de l’été. Où êtes-vous allé ? C’est «ça».\n"
GERMAN = "Die Straße ist schön und größer als früher. Äpfel und Öl, Übung.\n"
RUSSIAN = "Привет, как дела? Я не знаю, что сказать. Ёжик в тумане.\n"
POLISH = "Zażółć gęślą jaźń. Cześć, jak się masz? Łódź jest piękna.\n"
JAPANESE = "こんにちは、元気ですか。私は何を言うべきかわかりません。\n"

SAMPLES = [
    ("cp1252", ENGLISH),
    ("cp1252", FRENCH),
    ("cp1252", GERMAN),
    ("cp1252", "¿Qué pasó, señor? ¡No lo sé! Mañana iré al médico.\n"),
    ("cp1252", "Hän päättää lähteä töihin myöhään yöllä. Älä jää tänne.\n"),
    ("cp1252", "Það er ekki rétt að þú hafir farið þangað í gær.\n"),
    ("cp1252", "Não há razão para a situação. Você é irmão do João, então?\n"),
    ("iso8859-15", "Le cœur et la sœur ont été là.\n"),
    ("mac_roman", ENGLISH),
    ("cp850", FRENCH.replace("’", "'")),
    ("cp1251", RUSSIAN),
    ("cp1251", "ДЖЕРРИ: Привет!\n"),
    ("cp1251", "Привіт, як справи? Я не знаю, що сказати. Їжак у тумані.\n"),
    ("koi8-r", RUSSIAN),
    ("mac_cyrillic", RUSSIAN),
    ("cp866", RUSSIAN),
    ("cp1250", POLISH),
    ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy. Děkuji.\n"),
    ("iso8859-2", POLISH),
    ("cp1253", "Καλημέρα, τι κάνεις; Δεν ξέρω τι να πω. Ευχαριστώ πολύ.\n"),
    ("cp1254", "Günaydın, nasılsın? Ne diyeceğimi şaşırdım. Teşekkür ederim.\n"),
    ("cp1255", "שלום, מה שלומך? אני לא יודע מה להגיד.\n"),
    ("cp1256", "مرحبا، كيف حالك؟ لا أعرف ماذا أقول.\n"),
    ("cp932", JAPANESE),
    ("euc_jp", JAPANESE),
    ("gb18030", "你好，你怎么样？我不知道该说什么。谢谢你。\n"),
    ("big5", "你好，你怎麼樣？我不知道該說什麼。謝謝你。\n"),
    ("cp949", "안녕하세요, 어떻게 지내세요? 무슨 말을 해야 할지 모르겠어요.\n"),
    ("cp437", GERMAN),
    ("cp437", "┌──────┐\n│ Menü │\n└──────┘\nGröße ändern, Übung\n"),
    ("cp850", "Não há razão para a situação. Você é irmão do João, então?\n"),
    ("cp850", "Jeg går hjem, og så spiser vi rødgrød med fløde på Sjælland.\n"),
    ("cp852", POLISH),
    ("cp855", RUSSIAN),
    ("cp860", "Não há razão para a situação. Você é irmão do João, então?\n"),
    ("cp857", "Günaydın, nasılsın? Ne diyeceğimi şaşırdım. Teşekkür ederim.\n"),
    ("cp737", "Καλημέρα, τι κάνεις; Δεν ξέρω τι να πω. Ευχαριστώ πολύ.\n"),
    ("cp862", "שלום, מה שלומך? אני לא יודע מה להגיד.\n"),
    ("iso2022_jp", JAPANESE),
    ("iso2022_jp_2", JAPANESE),
    ("iso2022_kr", "안녕하세요, 어떻게 지내세요?\n"),
    ("hz", "你好，你怎么样？我不知道该说什么。谢谢你。\n"),
    ("utf-7", FRENCH),
    ("utf-7", RUSSIAN),
    ("utf-16-le", ENGLISH),
    ("utf-16-be", ENGLISH),
    ("utf-16-le", RUSSIAN),
]


@pytest.mark.parametrize("times", [1, 40])
@pytest.mark.parametrize(("encoding", "text"), SAMPLES)
def test_text_comes_out_as_it_was_written(encoding: str, text: str, times: int) -> None:
    data = (text * times).encode(encoding)
    assert data.decode(find_encoding(data).name) == text * times


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "café"),
        ("cp1252", "“Hi”"),
        ("cp1252", "don’t"),
        ("cp1252", "naïve façade jalapeño"),
        ("cp1252", "© 2003"),
        ("cp1252", "5 €"),
        ("cp1252", "ELAINE: CAFÉ"),
        ("cp1252", "é"),
        ("mac_roman", "don’t"),
        ("cp1251", "Да"),
        ("cp1251", "привет"),
        ("koi8-r", "привет"),
        ("cp1250", "Łódź"),
    ],
)
def test_very_short_files(encoding: str, text: str) -> None:
    data = text.encode(encoding)
    assert data.decode(find_encoding(data).name) == text


@pytest.mark.parametrize("text", ["plain", ENGLISH, RUSSIAN, JAPANESE, "👩‍👩‍👧", "a\x00b"])
def test_utf8_is_preferred(text: str) -> None:
    assert find_encoding(text.encode()) == Found("utf-8")


def test_a_few_wrong_bytes_do_not_make_it_another_encoding() -> None:
    assert find_encoding((RUSSIAN * 2).encode() + b"\x92\x93" + RUSSIAN.encode()).name == "utf-8"


def test_a_character_may_be_cut_at_the_end_of_the_head() -> None:
    head = "é".encode()[:1]
    assert find_encoding(b"caf" + head, is_whole=False).name == "utf-8"
    assert find_encoding(b"caf" + head, is_whole=True).name != "utf-8"


def test_what_no_language_explains_is_guessed() -> None:
    thai = "สวัสดีครับ ผมไม่รู้จะพูดอะไรดี ขอบคุณมากครับ วันนี้อากาศดีมาก\n" * 20
    data = thai.encode("cp874")
    assert data.decode(find_encoding(data).name) == thai


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", 3), ("utf-16-le", 2), ("utf-16-be", 2), ("utf-32-le", 4), ("utf-32-be", 4)],
)
def test_byte_order_marks(encoding: str, mark: int) -> None:
    assert byte_order_mark("\ufeffhello".encode(encoding)) == (encoding, mark)
    assert byte_order_mark(b"hello") is None


@pytest.mark.parametrize(
    "text",
    [
        b"name,text\x00\x00\x00\neve,hi\x00\x00\x00\x00\n" * 40,
        b"a\x00,b\x00,c\n" * 40,
        b"eve\x00\x00\x00\x00 hi\x00\x00\x00\x00" * 40,
    ],
)
def test_an_ascii_table_with_nuls_is_no_utf16(text: bytes) -> None:
    assert find_encoding(text).name == "utf-8"


@pytest.mark.parametrize(
    "text",
    [
        "I am +1 for that, and C++ is more than C+- could be. 2+2=4, a+b+c.\n",
        "Call +4930123456 or +15551234567, or +447700900123; ask for +Plus+ and x+yyy+zzz.\n" * 5,
        "The file ~{name~} is in ~/home.\n",
        "\x1b[1mbold\x1b[0m and \x1b(B\n",
    ],
)
def test_ordinary_ascii_is_taken_for_what_it_is(text: str) -> None:
    assert find_encoding(text.encode()) == Found("utf-8")


def test_a_clear_encoding_has_no_rival() -> None:
    for encoding, text in (("cp1252", FRENCH), ("cp1251", RUSSIAN), ("cp932", JAPANESE), ("cp1250", POLISH)):
        assert find_encoding((text * 5).encode(encoding)) == Found(encoding)


def test_a_weak_guess_names_the_rival() -> None:
    thai = "สวัสดีครับ ผมไม่รู้จะพูดอะไรดี ขอบคุณมากครับ\n" * 20
    assert find_encoding(thai.encode("cp874")).rival is not None
    assert find_encoding("Øl, Æble".encode("cp1252")[:1] + b" l").rival is not None
