"""The dependency rule of ARCHITECTURE: lower never imports higher, and Keras lives in three packages only."""

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import textgen

ROOT = Path(textgen.__file__).parent

LEAVES = {"errors", "config", "files", "stored_json", "stored_tensors", "wording"}
TEXT = LEAVES | {"text"}
INFERENCE = TEXT | {"model_folder", "inference"}
WRITING = INFERENCE | {"decoding", "corpus"}
JUDGING = WRITING | {"judging"}
TRAINING = JUDGING | {"data", "models"}
API = TRAINING | {"writing", "writer", "chatting", "chatbot", "evaluation", "training"}
MAY_IMPORT = {
    "errors": set[str](),
    "files": set[str](),
    "wording": set[str](),
    "stored_json": set[str](),
    "stored_tensors": {"files"},
    "config": {"errors", "stored_json"},
    "text": LEAVES,
    "corpus": TEXT,
    "model_folder": TEXT,
    "decoding": TEXT | {"corpus"},
    "inference": TEXT | {"model_folder"},
    "judging": WRITING,
    "writing": JUDGING,
    "writer": JUDGING | {"writing"},
    "chatting": JUDGING | {"writing", "writer"},
    "chatbot": JUDGING | {"writing", "writer", "chatting"},
    "evaluation": JUDGING | {"writing", "writer", "chatting", "chatbot"},
    "data": TEXT | {"corpus", "model_folder"},
    "models": TEXT | {"corpus", "model_folder"},
    "training": TRAINING,
    "api": API,
    "repl": API | {"api"},
    "cli": API | {"api", "repl"},
    "__main__": {"cli"},
}
"""For each part of the package the parts it may import, besides itself."""

KERAS = {"tensorflow", "keras"}
HOMES_OF_KERAS = {"data", "models", "training"}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package by its dotted name."""
    names = {path: ".".join(path.relative_to(ROOT.parent).with_suffix("").parts) for path in ROOT.rglob("*.py")}
    return {name.removesuffix(".__init__"): ast.parse(path.read_bytes()) for path, name in names.items()}


def imports(tree: ast.AST, everywhere: bool = True) -> set[str]:
    """Dotted names of what a module imports; at its top level only, or in its functions too.

    What is imported for the type checker alone does not count.
    """
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif everywhere or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found |= imports(node, everywhere)
    return found


def module_of(name: str) -> str | None:
    """The module of ours that an imported name lies in."""
    while name not in modules():
        name, _, last = name.rpartition(".")
        if not last:
            return None
    return name


def part(module: str) -> str:
    """The second name of a dotted one; that of `textgen` itself is empty."""
    return [*module.split("."), ""][1]


@pytest.mark.parametrize("module", sorted(set(modules()) - {"textgen"}))
def test_lower_never_imports_higher(module: str) -> None:
    own = part(module)
    ours = {found for name in imports(modules()[module]) if (found := module_of(name)) is not None}
    parts = {part(found) for found in ours} - {own, ""}
    assert parts <= MAY_IMPORT[own], f"{module} imports {sorted(parts - MAY_IMPORT[own])}"


def test_the_package_itself_imports_nothing_of_its_own() -> None:
    assert {name.split(".")[0] for name in imports(modules()["textgen"])} <= {"importlib", "typing"}


@pytest.mark.parametrize("module", sorted(modules()))
def test_keras_lives_in_three_packages(module: str) -> None:
    foreign = {name.split(".")[0] for name in imports(modules()[module])}
    if part(module) not in HOMES_OF_KERAS:
        assert not foreign & KERAS


def test_tensorflow_itself_is_known_to_few_modules() -> None:
    knowing = {name for name, tree in modules().items() if "tensorflow" in imports(tree)}
    fused = {
        "textgen.models",
        *(f"textgen.models.{name}" for name in ("fused", "graph", "rows", "softmax", "sampled_softmax")),
    }
    assert {name for name in knowing if part(name) == "models"} <= fused


@pytest.mark.parametrize("module", sorted(name for name in modules() if part(name) not in HOMES_OF_KERAS))
def test_no_module_of_the_writing_side_reaches_keras_when_it_is_imported(module: str) -> None:
    reached, waiting = set[str](), {module}
    while waiting:
        found = {ours for name in imports(modules()[waiting.pop()], everywhere=False) if (ours := module_of(name))}
        waiting |= found - reached
        reached |= found
    foreign = {name for ours in reached for name in imports(modules()[ours], everywhere=False)}
    assert not {name.split(".")[0] for name in foreign} & KERAS


def test_there_are_no_import_cycles() -> None:
    # Between the parts of the package the rule above leaves no room for one, not even inside functions.
    graph = {
        name: {module_of(found) for found in imports(tree, everywhere=False)} - {None, name}
        for name, tree in modules().items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_every_part_has_a_place_in_the_rule() -> None:
    assert {part(name) for name in modules()} - {""} <= set(MAY_IMPORT)


def test_the_rule_itself_has_no_cycles() -> None:
    TopologicalSorter(MAY_IMPORT).prepare()
