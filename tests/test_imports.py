"""The rules of ARCHITECTURE.md: who may import whom, where the frameworks live, no circles, one name for one thing."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import textgen

ROOT = Path(textgen.__file__).parent
MOST_LINES = 450
MOST_FILES = 245  # 150 when this was written

BASE = {"errors", "config", "json_config", "files", "wording", "terminal", "stored_json", "_version"}
CORPUS = BASE | {"tokenizers"}
FOLDER = CORPUS | {"corpus", "model_folder"}
WRITING = FOLDER | {"inference", "decoding"}
GENERATION = WRITING | {"discriminator"}
EXPLANATION = GENERATION | {"generation"}
FACES = EXPLANATION | {"explanation", "writer", "chatbot", "starters"}
API = FACES | {"evaluation", "models", "training", "exporting"}
MAY_IMPORT = {
    "_version": set[str](),
    "errors": set[str](),
    "files": set[str](),
    "wording": set[str](),
    "terminal": set[str](),
    "stored_json": set[str](),
    "json_config": {"errors", "stored_json"},
    "config": {"errors", "json_config"},
    "tokenizers": BASE,
    "corpus": CORPUS,
    "model_folder": CORPUS,
    "starters": {"errors", "model_folder", "wording"},
    "inference": CORPUS | {"model_folder"},
    "decoding": CORPUS | {"corpus"},
    "discriminator": WRITING,
    "generation": GENERATION,
    "explanation": EXPLANATION,
    "writer": EXPLANATION | {"explanation", "models"},
    "chatbot": EXPLANATION | {"explanation", "writer"},
    "exporting": GENERATION | {"generation", "models"},
    "evaluation": FACES,
    "models": CORPUS | {"corpus", "model_folder"},
    "training": GENERATION | {"models"},
    "api": API,
    "repl": API | {"api"},
    "serving": API | {"api"},
    "cli": API | {"api", "repl", "serving"},
    "__main__": {"cli"},
}
"""For each part of the package the parts it may import, besides itself."""

FRAMEWORKS = {"tensorflow", "keras"}
HOMES_OF_THE_FRAMEWORKS = {"models", "training"}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package by its dotted name."""
    names = {path: ".".join(path.relative_to(ROOT.parent).with_suffix("").parts) for path in ROOT.rglob("*.py")}
    return {name.removesuffix(".__init__"): ast.parse(path.read_bytes()) for path, name in names.items()}


def imports(tree: ast.AST, everywhere: bool = True) -> Iterator[str]:
    """Dotted names of what a module imports.

    Args:
        tree: the module.
        everywhere: count what functions import when they are called and what only the type checker sees; otherwise
            only what is imported with the module.
    """
    for node in _blocks(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif everywhere or not (isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or _is_for_types(node)):
            yield from imports(node, everywhere)


def _blocks(node: ast.AST) -> Iterator[ast.AST]:
    """What stands directly in a node and may hold imports: statements and the parts of them; expressions hold none."""
    return (child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr | ast.arguments))


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


@cache
def ours(module: str, everywhere: bool = True) -> frozenset[str]:
    """The modules of the package that a module imports."""
    found = {module_of(name) for name in imports(modules()[module], everywhere)}
    return frozenset(name for name in found if name is not None and name != module)


def module_of(name: str) -> str | None:
    """The module of the package that an imported name lies in; None for others."""
    while name not in modules():
        name, _, last = name.rpartition(".")
        if not last:
            return None
    return name


def part(module: str) -> str:
    """The folder or top-level file a module belongs to; empty for the package itself."""
    return [*module.split("."), ""][1]


def frameworks(module: str, everywhere: bool = True) -> set[str]:
    """Which frameworks a module imports."""
    return {name.split(".")[0] for name in imports(modules()[module], everywhere)} & FRAMEWORKS


def test_lower_never_imports_higher() -> None:
    for module in set(modules()) - {"textgen"}:
        parts = {part(found) for found in ours(module)} - {part(module), ""}
        assert parts <= MAY_IMPORT[part(module)], f"{module} imports {sorted(parts - MAY_IMPORT[part(module)])}"


def test_the_package_itself_imports_its_version_alone() -> None:
    assert ours("textgen", everywhere=False) == {"textgen._version"}


def test_every_part_has_a_place_in_the_rule_and_the_rule_has_no_circle() -> None:
    assert {part(name) for name in modules()} - {""} == set(MAY_IMPORT)
    TopologicalSorter(MAY_IMPORT).prepare()


def test_tensorflow_and_keras_live_in_two_folders() -> None:
    for module in modules():
        if part(module) not in HOMES_OF_THE_FRAMEWORKS:
            assert not frameworks(module), module


def test_nothing_outside_these_folders_reaches_a_framework_when_it_is_imported() -> None:
    for module in modules():
        if part(module) not in HOMES_OF_THE_FRAMEWORKS:
            reached, waiting = set[str](), {module}
            while waiting:
                found = ours(waiting.pop(), everywhere=False) - reached
                waiting |= found
                reached |= found
            assert not any(frameworks(name, everywhere=False) for name in reached), module


def test_there_is_no_import_circle_of_any_kind() -> None:
    """Imports inside functions and for the type checker count: they hide a circle, they do not open it."""
    try:
        TopologicalSorter({name: ours(name) for name in modules()}).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def type_alias(node: ast.stmt) -> str:
    """The name of a type alias that a statement defines; empty where it defines none, or a type variable."""
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    name = target.id if isinstance(target, ast.Name) else ""
    variable = isinstance(value := getattr(node, "value", None), ast.Call) and ast.unparse(value.func) == "TypeVar"
    return name if name[:1].isupper() and not name.isupper() and not variable else ""


def test_no_public_class_shares_its_name_with_a_class_or_a_type_alias() -> None:
    """Aliases may share one: several modules say in short what an `Array` is."""
    homes, classes = defaultdict[str, list[str]](list), set[str]()
    for module, tree in modules().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                classes.add(node.name)
                homes[node.name].append(module)
            elif alias := type_alias(node):
                homes[alias].append(module)
    assert {name: homes[name] for name in classes if len(homes[name]) > 1} == {}


def test_a_newcomer_can_hold_the_package_in_the_head() -> None:
    assert len(modules()) <= MOST_FILES
    assert {path.name for path in ROOT.rglob("*.py") if len(path.read_text("utf-8").splitlines()) > MOST_LINES} == set()


def test_every_module_says_in_one_line_what_it_is() -> None:
    for module, tree in modules().items():
        first = (ast.get_docstring(tree) or "").partition("\n")[0]
        assert first.endswith((".", "`", "?")) and len(first.split()) > 2, module
