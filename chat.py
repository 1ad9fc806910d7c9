"""Talk to the model that ships: the same as `textgen chat`."""

import sys
from importlib.util import find_spec

NEEDED = ("numpy", "prompt_toolkit", "click", "rich", "safetensors", "charset_normalizer", "platformdirs")

if __name__ == "__main__":
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        sys.exit(
            f"Wren was to be talked to, but {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed "
            f"for {sys.executable}: install what is needed with  pip install -e ."
        )
    from textgen.__main__ import main

    sys.argv.insert(1, "chat")
    main()
