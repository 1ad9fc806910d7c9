"""What may not be learned from strangers' conversations: private things, people, and what Wren would not say.

Each filter has a name, under which its hits are counted, and says of one turn whether it is hit.
"""

import re
from collections.abc import Callable

from smalltalk.tidying import tidy
from smalltalk.words import Words, capitalised, words

Filter = Callable[[str], bool]

LONGEST_TURN = 40
"""Words."""

_KNOWN = 30
"""Times from which on a word is not only somebody's name for something."""

ENDING = frozenset({"sexual", "self-harm"})
"""After these the rest of a conversation is dropped, for it may go on about the same in words that no filter knows."""

UNKNOWN_TO_THE_BOT = frozenset(
    {"violence", "drink and drugs", "politics", "religion", "the platform", "says or asks who is a person"}
    | {"personal data asked for or told", "name of something", "not English", "keyboard mashing", "nothing but signs"}
)
"""What strangers may not teach, while the bot's own dialogues have an answer to it."""

_PATTERNS = {
    "e-mail address": (
        r"[\w.+-]+@[\w-]+\.\w|\b\w+ (?:at|@) (?:gmail|yahoo|hotmail|outlook)\b|\be-?mail (?:me|address)"
    ),
    "link": r"https?:|www\.|\b[\w-]{2,}\.(?:com|org|net|edu|gov|io|me|tv|ly|uk|us)\b|\bdot com\b",
    "handle": r"(?<!\w)[@#]\w",
    "phone number": r"(?:\d[\s().-]*){7,}",
    "street address": (
        r"\b\d{1,5} (?:[nsew]\.? )?\w+ (?:street|st|avenue|ave|road|rd|drive|lane|blvd|apt|apartment)\b"
        r"|\b(?:zip ?code|home address|your address)\b"
    ),
    "sexual": (
        r"\bsex|\bporn|\b(?:horny|nude|naked|boobs?|breasts?|virgin|orgasm|condom|stripper|erotic|lingerie|panties"
        r"|bra|hooker|prostitut\w*|escort|seduc\w*|make out|making out|made out|hook(?:ed|ing)? up|turn(?:s"
        r"|ed)? (?:me|you) on|in bed with|sleep with|slept with|get laid|one night stand|kinky|fetish|thong|butt"
        r"|pregnan\w*|period|flirt\w*|kiss\w*|cuddl\w*|hottie|sexy|you'?re (?:so |really |pretty )?(?:hot|cute"
        r"|gorgeous)|my type)\b|\b(?:are|r) (?:you|u) single\b|\bmarry me\b|\bdate me\b|\bgo out with me\b"
        r"|\bwanna date\b|\btinder\b"
    ),
    "violence": (
        r"\b(?:kill\w*|murder\w*|shoot(?:ing|er)?|shot (?:him|her|them|someone|people|dead)|guns?|rifles?|weapons?"
        r"|stab\w*|bomb\w*|terroris\w*|tortur\w*|assault\w*|abus\w*|rapist|raped?|strangl\w*|behead\w*|corpse"
        r"|dead bod\w*|massacre|genocide|holocaust|slave\w*|execut(?:ed|ion)|nuclear|hostage|cannibal\w*|blood(?:y"
        r"|shed)?|die|dying|died|death|dead|hell|war|wars|punch (?:him|her|you|them|someone))\b"
    ),
    "self-harm": (
        r"\b(?:suicid\w*|self[- ]harm|cut(?:ting)? myself|hurt(?:ing)? myself|hang myself|end my life|want to die"
        r"|anorexi\w*|bulimi\w*|overdos\w*|depressed|depression|therapist|antidepress\w*)\b"
    ),
    "drink and drugs": (
        r"\b(?:drugs?|cocaine|heroin|meth|marijuana|weed|stoned|opiate\w*|opium|lsd|ecstasy|joints?|drunk"
        r"|alcohol\w*|vodka|whiske?y|tequila|beers?|booze|hangover|cigarettes?|vap(?:e|ing)|smok(?:e|ing) (?:weed"
        r"|pot))\b"
    ),
    "politics": (
        r"\b(?:trump|obama|clinton|hillary|putin|president\w*|republicans?|democrats?|democra\w*|conservatives?"
        r"|liberals?|elections?|vot(?:e|ed|ing|ers?)|congress|senat\w+|politic\w*|government\w*|immigra\w*"
        r"|abortion\w*|feminis\w*|racis\w*|sexis\w*|lgbt\w*|gay|gays|lesbians?|transgender|homosexual\w*|nazi\w*"
        r"|hitler|stalin|communis\w*|socialis\w*|capitalis\w*|refugees?|welfare|taxes|military|army|brexit"
        r"|north korea|black people|white people|muslims?|jew(?:s|ish)?)\b"
    ),
    "religion": (
        r"\b(?:church\w*|mormon\w*|lds|missions?|missionar\w*|jesus|christ|christians?|god|gods|lord|bible|pray\w*"
        r"|prophets?|temples?|ward|bishops?|priest\w*|gospel|sins?|heaven\w*|islam\w*|catholic\w*|baptis\w*"
        r"|atheis\w*|sacrament|scriptures?|religio\w*|spiritual\w*|holy|saints?|stake|relief society"
        r"|general conference|devotional|satan|devil|blessing|buddh\w*|hindu\w*|afterlife|creator|worship\w*)\b"
    ),
    "the platform": (
        r"^(?:hello|hi|hey)\?+$"
        r"|\b(?:chit[- ]?chat(?:s|ter|ters|bot|challenge)?|leader ?boards?|raffles?|i ?pads?|prizes?|points"
        r"|top (?:ten|10|five|5)|kicked (?:me |you )?off|(?:dis|re)connect\w*|this (?:app|site|website|chat"
        r"|challenge|study|experiment|platform|program)|the (?:app|site|website|challenge|data ?set|timer"
        r"|competition|contest)|prompts?|rank(?:ed|ings?|s)?|data ?set|byu\w*|the y|provo|orem|utah|slc"
        r"|helaman|heritage|jaezo|gmail|wilkinson"
        r"|wilk|marriott center|cougar\w*|rating|rate (?:me|you|this|each)|macbooks?|gift ?cards?|type faster"
        r"|new (?:partner|person)|next person|any(?:one|body) (?:there|here|home)|(?:are|r) (?:you"
        r"|u) (?:still )?there|username|chat (?:rooms?|bubbles?|chats?)|real (?:person|people|human)|on here"
        r"|invites?|(?:is|was) (?:it|this) working|can'?t see (?:anything|what|your|my)|talk(?:ed"
        r"|ing)? to you (?:before|earlier|yesterday))\b"
    ),
    "says or asks who is a person": (
        r"\b(?:(?:are|r) (?:you|u) (?:really )?(?:an? )?(?:\w+ )?(?:bot|robot|human|real|ai|computer|machine"
        r"|person|girl|boy|guy|man|woman|male|female|student|married|single)"
        r"|i'?m (?:not )?(?:an? )?(?:\w+ )?(?:bot|robot|human|real|ai|computer|machine|person|girl|boy|guy|man"
        r"|woman|male|female)|(?:you'?re|you are|ur) (?:not )?(?:an? )?(?:\w+ )?(?:bot|robot|human|ai|computer"
        r"|machine)|turing|a\.?i\.?|robots?|bots?|androids?)\b"
    ),
    "personal data asked for or told": (
        r"\b(?:asl|a/s/l|how old (?:are|r|do)|what(?:'?s| is) (?:your|ur) (?:age|last name|first name|real name"
        r"|full name|number|phone|cell|name|birthday|address|email|major|insta\w*|snap\w*)|my name|(?:your"
        r"|ur) (?:real )?names?|call me \w+|named? (?:is|was)|i'?m \d\d\b|i am \d\d\b|\d\d years? old|years old"
        r"|year old|my (?:number|cell|phone number|address|birthday|age)|phone numbers?|credit card|password"
        r"|social security|snap ?chat|snap me|instagram|insta|facebook|fb|twitter|whatsapp|skype|discord|linkedin"
        r"|myspace|tumblr|kik|text me|call me|add me|friend me|message me|dm me|where (?:are|r) (?:you|u) (?:from"
        r"|at)|where(?: do|'?d)? (?:you|u) (?:live|grow up)|i live (?:in|at|near|on)|i'?m from|i am from|i grew up"
        r"|born in|who (?:is|are|r) (?:this|you)|who am i|do (?:i|we) know (?:you|each))\b"
    ),
}
"""In lower case."""

_MASHING = re.compile(
    r"(?i)[bcdfghjklmnpqrstvwxz]{7,}|\b\w{24,}|\b(\w+)(?: \1){3,}\b|([^\s.!?-])\2{7,}|(\w{2,5}?)\3{5,}"
)
_NON_ASCII = re.compile(r"[^\x00-\x7f‘’“”…–—]")
_HUMMING = re.compile(r"(?i)\b(?:h+m+|m+h*m*|s+h+|p+f+t*|z+|b+r+|g+r+|u+g+h+|a+r+g+h+|[ha]+|(?:lo)+l+)\b")


def make_filters(known: Words) -> dict[str, Filter]:
    """All filters, the first one that hits a turn being the one that counts."""
    patterns = {name: _matches(pattern) for name, pattern in _PATTERNS.items()}
    private = ("e-mail address", "link", "handle", "phone number", "street address")
    return {
        **{name: patterns.pop(name) for name in private},
        "personal name": lambda turn: _has_name(turn, known),
        "swearing or slur": lambda turn: _swears(turn, known),
        **patterns,
        "name of something": lambda turn: _has_proper_noun(turn, known),
        "not English": lambda turn: _is_foreign(turn, known),
        "keyboard mashing": _is_mashed,
        "nothing but signs": lambda turn: not tidy([turn], {}),
        f"more than {LONGEST_TURN} words": lambda turn: len(turn.split()) > LONGEST_TURN,
    }


def _matches(pattern: str) -> Filter:
    compiled = re.compile(pattern)
    return lambda turn: compiled.search(turn.replace("’", "'").lower()) is not None


def _has_name(turn: str, known: Words) -> bool:
    return any(word in known.names for word in words(turn)) or any(
        word.casefold() in known.ambiguous for word in capitalised(turn)
    )


def _swears(turn: str, known: Words) -> bool:
    said = words(turn)
    if any(word in known.swearing or re.search(r"fuc?k|shit(?!ake)|bitch|asshole|nigg", word) for word in said):
        return True
    spaced = f" {' '.join(said)} "
    return any(f" {phrase} " in spaced for phrase in known.phrases) or bool(re.search(r"\w\*{2,}|[@#$%&*]{4,}", turn))


def _has_proper_noun(turn: str, known: Words) -> bool:
    """Whether something is named: a word that is written with a capital as a rule, or is known from nowhere else."""
    if any(word in known.proper for word in words(turn)):
        return True
    return any(
        word.casefold() not in known.plain and known.counts[word.casefold()] < _KNOWN for word in capitalised(turn)
    )


def _is_foreign(turn: str, known: Words) -> bool:
    """Whether hardly any word is plain English, or letters are not; very short turns cannot be told."""
    if len(_NON_ASCII.findall(turn)) > 0.15 * len(turn):
        return True
    said = [word for word in words(turn) if not _HUMMING.fullmatch(word)]
    strange = sum(word not in known.plain and known.counts[word] < 2 * _KNOWN for word in said)
    return len(said) >= 4 and strange > 0.5 * len(said)


def _is_mashed(turn: str) -> bool:
    return _MASHING.search(_HUMMING.sub("", turn)) is not None
