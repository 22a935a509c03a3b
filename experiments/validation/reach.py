"""Which source decides a study's table: what its ``run`` reaches through names, in its module and in those beside it.

A change of what concludes, words or draws is none of it, so that a line can be reworded without an hour of runs. The
model's own source is left to `experiments.store.identity`. Reads text, imports nothing.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
from functools import cache
from pathlib import Path

__all__ = ["digest_of_run", "digest_of_source"]

_OURS = ("experiments.validation", "experiments.behaviours", "experiments.stories", "experiments.paired")


def digest_of_run(module: str, name: str = "run") -> str:
    """Return a digest of all definitions that a module's function reaches, docstrings left out."""
    found: dict[tuple[str, str], str] = {}
    waiting = [(module, name)]
    while waiting:
        place = waiting.pop()
        if place in found:
            continue
        definitions, imported = _names(place[0])
        node = definitions.get(place[1])
        found[place] = "" if node is None else ast.dump(node)
        own = _locals(node) if isinstance(node, ast.FunctionDef) else set()
        for part in ast.walk(node) if node is not None else ():
            if isinstance(part, ast.ImportFrom):  # inside a function
                waiting += _ours(part)
            if not isinstance(part, ast.Name) or part.id in own:
                continue
            if part.id in definitions:
                waiting.append((place[0], part.id))
            if part.id in imported:
                waiting.append(imported[part.id])
    text = "\0".join(f"{place[0]}\0{place[1]}\0{content}" for place, content in sorted(found.items()))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _locals(function: ast.FunctionDef) -> set[str]:
    """Return the names that a function gives values to, which are not the module's."""
    parts = list(ast.walk(function))
    stored = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return stored | {part.arg for part in parts if isinstance(part, ast.arg)}


def digest_of_source(module: str) -> str:
    """Return a digest of a module's own text."""
    return hashlib.blake2b(_path(module).read_bytes().replace(b"\r\n", b"\n"), digest_size=8).hexdigest()


def _names(module: str) -> tuple[dict[str, ast.AST], dict[str, tuple[str, str]]]:
    """Return what a module defines at its top, by name, and where the names come from that it has of our modules."""
    return _read(_path(module))


@cache
def _read(path: Path) -> tuple[dict[str, ast.AST], dict[str, tuple[str, str]]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            body.pop(0)
    definitions: dict[str, ast.AST] = {"*": tree}  # of a module that is imported as a whole
    imported: dict[str, tuple[str, str]] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            definitions[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for part in ast.walk(target):
                    if isinstance(part, ast.Name):
                        definitions[part.id] = node
        elif isinstance(node, ast.ImportFrom):
            for alias, place in zip(node.names, _ours(node), strict=False):
                imported[alias.asname or alias.name] = place
    return definitions, imported


def _ours(node: ast.ImportFrom) -> list[tuple[str, str]]:
    """Return where the names of an import are defined, of our own modules; all of it for a name that is a module."""
    module = node.module or ""
    if not module.startswith(_OURS) and module != "experiments":
        return []
    places = []
    for alias in node.names:
        whole = f"{module}.{alias.name}"
        is_module = whole.startswith(_OURS) and _exists(whole)
        places.append((whole, "*") if is_module else (module, alias.name))
    return places


@cache
def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _path(module: str) -> Path:
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(module)
    return Path(found.origin)
