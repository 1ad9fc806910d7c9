"""The Keras networks and the layers they share; importing this imports TensorFlow, quietly."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from textgen.errors import MissingExtraError

_BACKENDS = {"jax", "torch", "openvino"}
"""What Keras computes with where it does not compute with TensorFlow, by the names of the packages."""

_LOGS_ARE_WANTED = "TF_CPP_MIN_LOG_LEVEL" in os.environ
"""Whether a person has said what TensorFlow shall log, before textgen did."""


@contextmanager
def silenced() -> Iterator[None]:
    """Hides what is written to the process's stderr, unless an error is raised or TensorFlow's log lines are wanted.

    It is for log lines that no setting turns off: TensorFlow writes some before it reads any setting, and 2.20 applies
    none to what its converter logs.
    """
    if _LOGS_ARE_WANTED:
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as sink:
        os.dup2(sink.fileno(), 2)
        try:
            yield
        except BaseException:
            sink.seek(0)
            os.write(kept, sink.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _import_frameworks() -> None:
    """Imports TensorFlow with oneDNN's matrix products, and without its log lines on instruction sets and missing GPUs.

    By default TensorFlow uses those products only on processors with instructions for neural networks; they make
    training faster on others too. TF_ENABLE_ONEDNN_OPTS=0 turns them off.

    Setting TF_CPP_MIN_LOG_LEVEL shows them again. What TensorFlow logs of errors later, it raises as well.

    Raises:
        MissingExtraError: Keras is set to compute with a package that is not installed.
    """
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with silenced():
            import keras  # noqa: F401
            import tensorflow as tf

            tf.config.list_physical_devices()
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _BACKENDS:
            raise
        raise MissingExtraError(
            f"Keras was to compute with {missing}, as KERAS_BACKEND or keras.json says, but {missing} is not "
            "installed: set KERAS_BACKEND=tensorflow, or install it."
        ) from None


_import_frameworks()
