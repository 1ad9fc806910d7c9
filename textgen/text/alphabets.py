"""Which letters the languages write beyond a to z, and the encodings their files are found in.

An encoding is judged by whether the text it gives looks like one of its languages.
"""

from collections.abc import Mapping
from functools import cache

Weights = Mapping[str, float]

_OTHER_LETTER = 0.8  # also of the thousands of characters that East Asian languages use less
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
        "cp866": _CYRILLIC,
        "mac_cyrillic": _CYRILLIC,
        "cp932": japanese,
        "euc_jp": japanese,
        "cp949": korean,
        "gb18030": (_other_script(_HANZI, _double_byte("gb2312", 0xB0, 0xD7)),),
        "big5": (_other_script(_HANZI, _double_byte("big5", 0xA4, 0xC6)),),
    }
