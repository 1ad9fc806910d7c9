"""Any exception as one sentence for the person at the keyboard."""

import traceback

from textgen.errors import TextgenError, system_sentence


def sentence(error: Exception, debug: bool = False) -> str:
    """What to tell of an exception.

    Args:
        error: what went wrong.
        debug: whether to add the whole traceback.
    """
    trace = "".join(traceback.format_exception(error)) if debug else ""
    return trace + _sentence(error)


def _sentence(error: Exception) -> str:
    if isinstance(error, TextgenError):
        return str(error)
    if isinstance(error, OSError):
        return system_sentence(error)
    if isinstance(error, MemoryError):
        return "The memory of this machine did not suffice: try /set candidates 1, or a smaller model with /model."
    return (
        f"Something went wrong inside textgen ({type(error).__name__}: {error}); the conversation goes on. "
        "Begin the chat with --debug to see where."
    )
