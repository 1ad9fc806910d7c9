"""The Keras networks and the layers they share; importing this imports TensorFlow, quietly."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _silenced() -> Iterator[None]:
    """Hides what is written to the process's stderr, unless an error is raised."""
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

    No setting turns the log lines off: TensorFlow writes them to stderr before it reads any. Setting
    TF_CPP_MIN_LOG_LEVEL shows them again.
    """
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    with _silenced():
        import keras  # noqa: F401
        import tensorflow as tf

        tf.config.list_physical_devices()


_import_frameworks()
