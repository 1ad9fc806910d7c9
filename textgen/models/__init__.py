"""The Keras networks and the layers they share; importing this imports TensorFlow, quietly."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _silenced() -> Iterator[None]:
    """Keeps what is written to the process's stderr to itself, unless it ends in an error."""
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
    """Imports TensorFlow with oneDNN's matrix products, and without its remarks on instruction sets and missing GPUs.

    By itself it takes those products only where it finds a processor with instructions for neural networks; on others
    they make training faster too. Whoever wants none sets TF_ENABLE_ONEDNN_OPTS to 0.

    The remarks go to stderr unasked. No setting turns them off: they are written before TensorFlow reads any. Whoever
    wants them sets TF_CPP_MIN_LOG_LEVEL.
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
