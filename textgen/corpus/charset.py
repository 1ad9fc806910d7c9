"""The encoding of a file, found from its first megabytes."""

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

Weights = Mapping[str, float]

_OTHER_LETTER = 0.8  # also the weight of the thousands of less frequent East Asian characters
_MIXTURE = 0.9


def _latin(letters: str) -> Weights:
    return dict.fromkeys(letters, 1.0)


def _other_script(frequent: str, letters: str) -> Weights:
    return {**dict.fromkeys(letters, _OTHER_LETTER), **dict.fromkeys(frequent, 1.0)}


_WESTERN: tuple[Weights, ...] = (
    _latin("àâæçèéêëîïôœùûüÿ"),  # French
    _latin("äöüßé"),  # German
    _latin("áéíóúüñ"),  # Spanish
    _latin("áâãàçéêíóôõúü"),  # Portuguese
    _latin("àèéìíîòóùú"),  # Italian
    _latin("åäöéšž"),  # Swedish, Finnish
    _latin("æøåéó"),  # Danish, Norwegian
    _latin("áðéíóúýþæö"),  # Icelandic
    _latin("äõöüšž"),  # Estonian
    _latin("àçèéíïóòúü"),  # Catalan
    dict.fromkeys("àáâäåæçèéêëíîïñóôöøùúûüß", _MIXTURE),  # loan words and names from everywhere
)
_CENTRAL: tuple[Weights, ...] = (
    _latin("ąćęłńóśźż"),  # Polish
    _latin("áčďéěíňóřšťúůýž"),  # Czech
    _latin("áäčďéíĺľňóôŕšťúýž"),  # Slovak
    _latin("áéíóöőúüű"),  # Hungarian
    _latin("ăâîşţ"),  # Romanian
    _latin("čćđšž"),  # Croatian, Slovenian
)
_TURKISH = (_latin("çğıi\u0307öşüâîû"),)
_BALTIC = (_latin("ąčęėįšųūž"), _latin("āčēģīķļņšūž"))
_CYRILLIC = (_other_script("оеаинтсрвлкмдпу", "бгжзйфхцчшщъыьэюяёіїєґўђљњћџј"),)
_GREEK = (_other_script("αιοετσνηυρπκμλςά", "βγδζθξφχψωέήίόύώϊϋΐΰ"),)
_HEBREW = (_other_script("יוהלאתמרבשנ", "גדזחטךכםןסעףפץצק"),)
_HANGUL = "이다는가하고을에지의나은어를도기아시자로한게리사니그안요해들서만보인라일수면대거정있내너"
_HANZI = "的一是不了我你在有人这這他好们們来來个個上到说說吗嗎什么麼没沒就要会會那她得很知道想看都谢謝大小"
_ARABIC = (_other_script("اليمونترب", "أإآءؤئةثجحخدذزسشصضطظعغفقكهىپچژگ"),)


def _double_byte(codec: str, first: int, last: int) -> str:
    """Give the common characters of an East Asian codec, which lie in the rows from `first` to `last`."""
    pairs = (bytes((lead, trail)) for lead in range(first, last + 1) for trail in range(0xA1, 0xFF))
    return b"".join(pairs).decode(codec, errors="ignore")


@cache
def encodings() -> Mapping[str, tuple[Weights, ...]]:
    """Give the encodings in the order in which they are preferred, each with the languages written in it."""
    kana = "".join(map(chr, [*range(0x3041, 0x3097), *range(0x30A1, 0x30FB), 0x30FC]))
    japanese = (_other_script(kana, _double_byte("euc_jp", 0xB0, 0xCF)),)
    korean = (_other_script(_HANGUL, _double_byte("euc_kr", 0xB0, 0xC8)),)
    return {
        "cp1252": _WESTERN,
        "cp1251": _CYRILLIC,
        "mac_roman": _WESTERN,
        "cp1250": _CENTRAL,
        "iso8859-15": _WESTERN,
        "koi8-r": _CYRILLIC,
        "koi8-u": _CYRILLIC,
        "cp1253": _GREEK,
        "cp1254": _TURKISH,
        "cp1255": _HEBREW,
        "cp1256": _ARABIC,
        "cp1257": _BALTIC,
        "iso8859-2": _CENTRAL,
        "iso8859-5": _CYRILLIC,
        "iso8859-7": _GREEK,
        "cp850": _WESTERN,
        "cp437": _WESTERN,
        "cp866": _CYRILLIC,
        "cp852": _CENTRAL,
        "cp857": _TURKISH,
        "cp737": _GREEK,
        "cp862": _HEBREW,
        "cp860": _WESTERN,
        "cp855": _CYRILLIC,
        "mac_cyrillic": _CYRILLIC,
        "cp932": japanese,
        "euc_jp": japanese,
        "cp949": korean,
        "gb18030": (_other_script(_HANZI, _double_byte("gb2312", 0xB0, 0xD7)),),
        "big5": (_other_script(_HANZI, _double_byte("big5", 0xA4, 0xC6)),),
    }


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_BYTES = 1 << 14
_REST_OF_WORD = re.compile(rb"[\x80-\xff]\S{0,1000}")
_BEGINNING_OF_WORD = re.compile(rb"\S*\Z")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
_CONVINCING = 0.7
# In UTF-16 some pairs of bytes have a NUL in every script (spaces, line ends), and many in Latin script;
# a short text needs many, because a stray NUL weighs more in it.
_FEW_NULS, _MANY_NULS, _TELLING_PAIRS = 0.05, 0.4, 50
_OPENING = frozenset("“‘„«¿¡‚‹「『（")
_CLOSING = frozenset("”»›」』）")
_ANYWHERE = frozenset("’–—…·\xa0、。！？：；，　・～")
_SENTENCE_ENDS = frozenset(".,!?")
_ALONE = frozenset("•°©®™§²³´×")
_WITH_NUMBERS = frozenset("€£¥½¼¾")


_NEARLY_AS_GOOD = 0.015
_TABLE_BYTES = bytes(range(0x20, 0x7F)) + b"\t\r\n\x0b\x0c\x00"
_LATIN_NULS = 0.9

# What ISO-2022 of mail in Japanese and Korean, HZ of old Chinese mail, and UTF-7 look like: their bytes are all ASCII.
_ESCAPES = re.compile(rb"\x1b(?:\$[@AB]|\$\([A-DOPQ]|\([JI]|\$\)C|\.[AF])")
_KOREAN = b"\x1b$)C"
_ISO_2022_JP = ("iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_ext")
_HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}")
_UTF_7 = re.compile(rb"\+[A-Za-z0-9+/]{3,}")
_FEWEST_STRETCHES = 3  # of UTF-7; fewer are chance


class Found(NamedTuple):
    """The encoding of a text.

    Args:
        name: as Python's codecs know it.
        rival: another one that fits nearly as well and gives another text, or that Python does not know; None where
            the first one is sure.
    """

    name: str
    rival: str | None = None


def byte_order_mark(head: bytes) -> tuple[str, int] | None:
    """Give the encoding that a byte order mark names and the mark's length in bytes; None without a mark."""
    return next(((name, len(mark)) for mark, name in _BOMS if head.startswith(mark)), None)


def find_encoding(head: bytes, is_whole: bool = True) -> Found:
    """Find the encoding of a text without a byte order mark.

    UTF-16 is recognised by its NUL bytes, what is written in ASCII bytes by its escapes; a text that is UTF-8 except
    for a few bytes is UTF-8. Otherwise common encodings are tried, and the one whose text looks most like a language it
    is used for is taken; where none fits, charset-normalizer decides.

    Args:
        head: the first megabytes.
        is_whole: whether this is the whole text; otherwise a character may be cut at the end.

    """
    if (utf16 := _utf16_by_nuls(head)) is not None:
        return Found(utf16)
    if head.isascii() and (seven_bit := _find_seven_bit(head, is_whole)) is not None:
        return Found(seven_bit)
    if _is_mostly_utf8(head, is_whole):
        return Found("utf-8")
    sample = _sample(head)
    texts = {name: sample.decode(name, "replace") for name in encodings()}
    scores = {name: plausibility(texts[name], alphabets) for name, alphabets in encodings().items()}
    best = max(scores, key=scores.__getitem__)
    if scores[best] < _CONVINCING and (guessed := _guess(sample)) is not None:
        return Found(guessed, best if guessed != best else None)
    near = [name for name, score in scores.items() if score >= scores[best] - _NEARLY_AS_GOOD]
    return Found(best, next((name for name in near if texts[name] != texts[best]), None))


def decode_cut(data: bytes, encoding: str) -> str:
    """Decode bytes that may end within a character; bytes that do not fit become U+FFFD."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(data)


def plausibility(text: str, alphabets: Sequence[Weights]) -> float:
    """Judge a decoded text by its characters beyond ASCII.

    Args:
        text: what an encoding gave.
        alphabets: the letters of the languages it may be in.

    Returns:
        0 (nothing fits) to 1 (every character is a letter of one language, or punctuation in its place).
    """
    letters: Counter[str] = Counter()
    total = fitting = 0
    for found in _BEYOND_ASCII.finditer(text):
        character, place = found[0], found.start()
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        total += 1
        if character.isalpha() and character not in "ªº":
            letters[character.lower()] += _is_in_place(character, before, after)
        else:
            fitting += _is_punctuation_in_place(character, before, after)
    covered = max(sum(times * weights.get(letter, 0.0) for letter, times in letters.items()) for weights in alphabets)
    return (fitting + covered) / max(total, 1)


def _utf16_by_nuls(head: bytes) -> str | None:
    """Find UTF-16 by the NULs on one side of its pairs: every space and line end has one."""
    if b"\x00" not in head:
        return None
    half = len(head) // 2
    least = _LATIN_NULS * half if not head.translate(None, _TABLE_BYTES) else 0  # an ASCII text that holds some NULs
    first, second = (head[side : 2 * half : 2].count(0) for side in (0, 1))
    enough = _FEW_NULS * half if half >= _TELLING_PAIRS else max(_MANY_NULS * half, 2)
    for name, nuls, others in (("utf-16-le", second, first), ("utf-16-be", first, second)):
        if nuls > max(enough, least) and others < 0.1 * nuls and "\ufffd" not in decode_cut(head, name):
            return name
    return None


def _is_mostly_utf8(head: bytes, is_whole: bool) -> bool:
    if _decoded(head, "utf-8", is_whole) is not None:
        return True
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(head, is_whole)
    wrong = len(_ESCAPED_BYTE.findall(text))
    return len(_BEYOND_ASCII.findall(text)) > 3 * wrong


def _sample(head: bytes) -> bytes:
    """Give words with bytes beyond ASCII: the others say nothing about the encoding."""
    words: list[bytes] = []
    size = 0
    for found in _REST_OF_WORD.finditer(head):
        beginning = _BEGINNING_OF_WORD.search(head[max(found.start() - 40, 0) : found.start()])
        words.append((beginning[0] if beginning else b"") + found[0])
        size += len(words[-1])
        if size > _SAMPLE_BYTES:
            break
    return b" ".join(words)


def _guess(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return None if best is None else best.encoding


def _is_in_place(letter: str, before: str, after: str) -> bool:
    if before in _SENTENCE_ENDS or (before.islower() and letter.isupper()):
        return False
    is_latin = letter < "\u0250"
    return is_latin or not any(_is_latin_letter(neighbour) for neighbour in (before, after))


def _is_latin_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _is_punctuation_in_place(character: str, before: str, after: str) -> bool:
    if character in _ANYWHERE:
        return True
    if "\u2500" <= character <= "\u259f":  # the lines and blocks that DOS programs drew
        return character in (before, after) or not (before.strip() and after.strip())
    if character in _OPENING:
        return not before.isalpha()
    if character in _CLOSING:
        return not after.isalpha()
    if character in _WITH_NUMBERS:
        return not (before.isalpha() or after.isalpha())
    return character in _ALONE and not (before.isalpha() and after.isalpha())


def _find_seven_bit(head: bytes, is_whole: bool) -> str | None:
    """The encoding of a text beyond ASCII that is written in ASCII bytes; None where it says what it shows.

    Args:
        head: the first megabytes.
        is_whole: whether this is the whole text; otherwise a character may be cut at the end.
    """
    if _ESCAPES.search(head):
        names = ("iso2022_kr",) if _KOREAN in head else _ISO_2022_JP
        return next((name for name in names if _decoded(head, name, is_whole) is not None), None)
    if b"~{" in head and _HZ.search(head) and _is_one_script(_decoded(head, "hz", is_whole)):
        return "hz"
    if (
        b"+" in head
        and len(_UTF_7.findall(head)) >= _FEWEST_STRETCHES
        and _is_one_script(_decoded(head, "utf_7", is_whole))
    ):
        return "utf_7"
    return None


def _decoded(head: bytes, name: str, is_whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(name)("strict").decode(head, is_whole)
    except UnicodeDecodeError:
        return None


def _is_one_script(text: str | None) -> bool:
    """Whether what is not ASCII in a text is in one script, or in those of Japanese; chance gives letters from many."""
    letters = [letter for letter in text or "" if not letter.isascii() and letter.isalpha()]
    scripts = {unicodedata.name(letter, "?").split(" ")[0] for letter in letters}
    return bool(letters) and (len(scripts) == 1 or scripts <= {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
