"""What our own code never does, whoever asks: run text, read pickles, hand words to a shell."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(file for top in ("bot", "index") for file in (ROOT / top).rglob("*.py"))
# Modules that run what they read, or read it as another's program would.
NEVER = {
    "pickle",
    "cPickle",
    "_pickle",
    "dill",
    "cloudpickle",
    "joblib",
    "shelve",
    "marshal",
    "code",
    "codeop",
}
NEVER |= {"subprocess", "pty", "ctypes", "xmlrpc", "telnetlib", "commands", "runpy"}
# Calls by their last names, and where these are only dangerous with an argument, by that.
BUILT_IN = {"eval", "exec", "compile", "__import__"}
CALLS = {"system", "popen", "execv", "execve", "spawnl", "unsafe_load", "full_load", "literal_eval"}
CALLS |= {"unpack_archive", "extractall", "mktemp"}
# Their arguments, with which they run code or follow what is declared.
ARGUMENTS = {
    "allow_pickle": True,
    "trust_remote_code": True,
    "shell": True,
    "weights_only": False,
    "resolve_entities": True,
    "load_dtd": True,
    "huge_tree": True,
    "verify": False,
    "no_network": False,
    "autoescape": False,
}
# What is done on purpose, with nothing that a stranger gives: one function of the C library sets its memory,
# and a model is compiled by a program of ours.
ON_PURPOSE = {"bot/arenas.py": ["ctypes"], "index/compiling.py": ["subprocess"]}
SAFE_LOADERS = {"BaseLoader", "SafeLoader", "CSafeLoader", "CBaseLoader"}


def dotted(node: ast.expr) -> str:
    """The name that is called, as it is written."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "()"


def faults_in(tree: ast.AST) -> list[str]:
    """What a file does that none may."""
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [each.name for each in node.names if each.name.split(".")[0] in NEVER]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in NEVER:
            found.append(str(node.module))
        elif isinstance(node, ast.Call):
            found += faults_of(node)
    return found


def faults_of(call: ast.Call) -> list[str]:
    """What a call does that none may."""
    name = dotted(call.func)
    *whose, last = name.split(".")
    given = {each.arg: each.value for each in call.keywords}
    found = [f"{name}({key})" for key, value in given.items() if _is(value, ARGUMENTS.get(str(key)))]
    # Patterns and statements are compiled, too, and are no programs.
    if last in CALLS or name in BUILT_IN or (whose[-1:] == ["builtins"] and last in BUILT_IN):
        found.append(name)
    if last == "load" and whose[-1:] in (["torch"], ["np"], ["numpy"]) and "allow_pickle" not in given:
        found.append(f"{name} without allow_pickle=False")
    if last in {"load", "load_all"} and whose[-1:] == ["yaml"]:
        loader = given.get("Loader") or (call.args[1] if len(call.args) > 1 else ast.Name("none"))
        found += [name] if dotted(loader).split(".")[-1] not in SAFE_LOADERS else []
    return found


def _is(value: ast.expr, forbidden: object) -> bool:
    return forbidden is not None and isinstance(value, ast.Constant) and value.value is forbidden


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_file_runs_nothing(file: Path) -> None:
    """No file of ours runs text, starts a program, reads a pickle, or lets a library do so."""
    expected = ON_PURPOSE.get(file.relative_to(ROOT).as_posix(), [])
    assert faults_in(ast.parse(file.read_text(encoding="utf-8"))) == expected


@pytest.mark.parametrize(
    "source",
    [
        *("import pickle", "from pickle import load", "eval('1')", "exec('x')", "import os; os.system('x')"),
        *(
            "torch.load(f)",
            "np.load(f)",
            "np.load(f, allow_pickle=True)",
            "yaml.load(x)",
            "yaml.load(x, yaml.Loader)",
        ),
        *(
            "yaml.unsafe_load(x)",
            "AutoModel.from_pretrained(x, trust_remote_code=True)",
            "etree.XMLParser(huge_tree=True)",
        ),
        *("import subprocess", "run(x, shell=True)", "__import__('os')", "archive.extractall()"),
    ],
)
def test_rule_is_seen_to_be_broken(source: str) -> None:
    """The rule above finds what it is about."""
    assert faults_in(ast.parse(source)) != []
