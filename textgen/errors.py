"""The errors that textgen raises when files or options cannot be used.

    TextgenError
    ├── ConfigurationError   options that contradict each other or are out of range
    ├── CorpusError          a file that cannot be read or fits no format
    ├── ModelError           a model folder that is missing, damaged or of another version
    ├── TrainingError        a run that cannot go on
    └── MissingExtraError    a command that needs packages which are not installed

    KeyboardInterrupt
    └── TrainingInterrupted  Ctrl-C in training; the run can be resumed

Every message is one sentence for a person: what was asked, what was found, what is allowed, what to do next.
"""

import errno


class TextgenError(Exception):
    """Base of all errors that a user can cause and fix."""


class ConfigurationError(TextgenError, ValueError):
    """An option is out of range, or two options contradict each other."""


class CorpusError(TextgenError):
    """A corpus cannot be read, or fits no known format."""


class ModelError(TextgenError):
    """A model folder is missing, damaged, or written by another version."""


class TrainingError(TextgenError):
    """A training run cannot go on; what was reached so far is kept."""


class TrainingInterrupted(KeyboardInterrupt):
    """Ctrl-C during training; the message says what was saved and how to resume."""


class MissingExtraError(TextgenError, ImportError):
    """A command needs an optional part of the package that is not installed."""


def require_text(name: str, value: object) -> None:
    """Refuses an argument that is not a text.

    Args:
        name: name of the argument.
        value: its value.

    Raises:
        ConfigurationError: the value is not a str.
    """
    if not isinstance(value, str):
        raise ConfigurationError(f'{name} is {value!r}; it must be a text: give a str, which may be empty ("").')


def require_path(name: str, value: object) -> None:
    """Refuses an empty path, which the system would take for the folder one is in.

    Args:
        name: name of the argument.
        value: the path, or what was given as one.

    Raises:
        ConfigurationError: it is empty.
    """
    if value == "":
        raise ConfigurationError(f"{name} is empty; it must be a path: name a file or a folder (. is the folder here).")


def system_sentence(error: OSError) -> str:
    """The message for a system error: no access, or no space on the disk."""
    where = f" {error.filename}" if error.filename else ""
    if error.errno == errno.ENOSPC:
        target = where or " the output"
        return f"There was no space left to write{target} ({error.strerror}): make room there, or write elsewhere."
    return f"The system refused access to{where}: {error.strerror or error}; check the path, the rights and the disk."
