"""Writing again and again needs no more memory."""

import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import sys, textgen
from pathlib import Path

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

writer = textgen.load(sys.argv[1])
for number in range(400):
    if number == 100:
        begun = resident()
    writer.write("JERRY: The", lines=3, seed=number, characters=["jerry", "elaine"], no_copy=8)
    "".join(writer.stream(max_new_tokens=30, seed=number))
print(resident() - begun, resident())
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system does not tell the memory of a process")
def test_300_texts_leave_the_memory_as_it_was(untrained: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CODE, str(untrained)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    grown, resident = map(int, done.stdout.split())
    assert grown < 2_000_000
    assert resident < 150_000_000
