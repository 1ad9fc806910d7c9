"""The program `textgen`, and `python -m textgen`: the same."""

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while modules are imported ends the program without a word

from textgen.cli.main import main

if __name__ == "__main__":
    main()
