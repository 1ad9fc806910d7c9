"""Talking for long needs no more memory, and talking needs nothing that training needs."""

import subprocess
import sys
from pathlib import Path

import pytest

import textgen

TRAINING = ("tensorflow", "keras", "tokenizers", "nltk", "matplotlib", "yaml")
"""What the train extra installs, by the names it is imported as."""

QUESTION = "hello! what colour is the soup?"

TALK = """
import sys, textgen
from pathlib import Path

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

bot = textgen.load(sys.argv[1])
for number in range(1000):
    if number == 100:
        begun = resident()
    bot.reply(f"hello! what colour is the moon {number}?")
    if number % 5 == 0:
        "".join(bot.stream_retry(candidates=1, blocked=(f"word{number}",)))
        bot.pick(len(bot.candidates(3)))
        bot.reply("soup " * 2000)
        bot.undo()
print(resident() - begun, resident(), len(bot.turns))
"""

LOADED = f"""
import sys, textgen
bot = textgen.load(sys.argv[1])
"".join(bot.stream("hello!")), bot.reply("what colour is the soup?"), bot.retry(), bot.candidates()
print(sorted(set({TRAINING!r}) & set(sys.modules)))
"""

MISSING = f"""
import sys
sys.modules.update(dict.fromkeys({TRAINING!r}))  # whoever imports one of them is told that it is not there
import textgen
print(textgen.load(sys.argv[1]).reply({QUESTION!r}, temperature=0))
try:
    textgen.train_chat("talks.txt")
except textgen.TextgenError as error:
    print(error)
"""


def run(code: str, model: Path) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code, str(model)], capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system does not tell the memory of a process")
def test_a_thousand_turns_leave_the_memory_as_it_was(chat_model: Path) -> None:
    grown, resident, turns = map(int, run(TALK, chat_model).split())
    assert turns == 2000
    # The 900 exchanges remembered since then have texts and numbers of about a kilobyte each, and an allocator does not
    # give everything back; that was 2 to 3 megabytes. One state of this small network that stayed for each would be 10.
    assert grown < 4_000_000
    assert resident < 150_000_000


@pytest.mark.slow
def test_talking_loads_nothing_of_training(chat_model: Path) -> None:
    assert run(LOADED, chat_model) == "[]\n"


@pytest.mark.slow
def test_the_first_reply_comes_where_training_is_not_installed(chat_model: Path) -> None:
    reply, error = run(MISSING, chat_model).splitlines()
    assert reply == textgen.load(chat_model).reply(QUESTION, temperature=0)
    assert "tensorflow" in error and "not installed" in error
