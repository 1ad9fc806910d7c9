"""`python -m textgen`: the same as the command `textgen`."""

from textgen.cli.main import main

if __name__ == "__main__":
    main()
