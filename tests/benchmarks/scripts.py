"""The benchmarks are scripts beside the package: here they are imported."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

_FOLDER = Path(__file__).parents[2] / "benchmarks"
sys.path.append(str(_FOLDER))  # as for a script that is run: what they share lies beside them


def script(name: str) -> ModuleType:
    """The script of this name, as a module."""
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", _FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
