"""Text messages of SMS Backup & Restore."""

from pathlib import Path

from tests.corpus.formats.chats import counts, read_chat
from textgen.corpus.formats.messages import MEDIA, NOTICE


def sms(minute: int, kind: int, body: str, contact: str = "Nora") -> str:
    date = f'date="{1620374640000 + 60_000 * minute}" type="{kind}" subject="null"'
    return f'  <sms protocol="0" address="+49 15{len(contact)}" {date} body="{body}" contact_name="{contact}" />\n'


def test_contacts_are_chats(tmp_path: Path) -> None:
    text = (
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<!-- saved -->\n<smses count=\"6\">\n"
        + sms(0, 1, "Q &amp; A &gt; B?&#10;&#55357;&#56842;")
        + sms(1, 1, "other", "(Unknown)")
        + sms(2, 2, "it&apos;s me")
        + sms(3, 3, "a draft")
        + '  <mms date="1620374640000" address="+49Nora" />\n</smses>\n'
    )
    format, found, report = read_chat(tmp_path / "sms.xml", text)
    assert (format, found) == ("sms", [[("Nora", "Q & A > B? 😊"), ("me", "it's me")], [("+49 159", "other")]])
    assert counts(report, NOTICE, MEDIA) == [1, 1]
