"""Talk to the model that ships: the same as `textgen chat`."""

import sys

from textgen.__main__ import main

if __name__ == "__main__":
    sys.argv.insert(1, "chat")
    main()
