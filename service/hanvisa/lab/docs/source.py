"""The program's own source, read and not run: modules, what they define, and what a name in them means."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import hanvisa

PACKAGE = Path(hanvisa.__file__).parent
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Module:
    """``name`` is dotted, as it is imported."""

    name: str
    tree: ast.Module

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        return {node.name: node for node in self.tree.body if isinstance(node, Definition)}

    @cached_property
    def values(self) -> dict[str, ast.expr]:
        """What the module's own variables are set to."""
        found: dict[str, ast.expr] = {}
        for node in self.tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    found[name] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    found[name] = value
        return found

    @cached_property
    def imported(self) -> dict[str, tuple[str, str]]:
        """For each imported name the module and the name there."""
        return {
            alias.asname or alias.name: (node.module, alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }


class Source:
    """The modules of one part of the program, such as ``calls``, by their dotted names."""

    def __init__(self, part: str, package: Path = PACKAGE) -> None:
        paths = sorted((package / part).rglob("*.py"))
        modules = (
            Module(_dotted(path.relative_to(package)), ast.parse(path.read_text(encoding="utf-8")))
            for path in paths
        )
        self.modules = {module.name: module for module in modules}

    def meaning(self, module: Module, node: ast.expr) -> tuple[Module, str] | None:
        """The module and name of what ``name`` or ``module.name`` stands for, None when it is not of this part."""
        match node:
            case ast.Name(id=name) if name in module.imported:
                origin, there = module.imported[name]
                return (self.modules[origin], there) if origin in self.modules else None
            case ast.Name(id=name) if name in module.definitions or name in module.values:
                return module, name
            case ast.Attribute(value=ast.Name(id=of), attr=name) if of in module.imported:
                home = self.modules.get(".".join(module.imported[of]))
                return (home, name) if home else None
        return None


def _dotted(path: Path) -> str:
    parts = ("hanvisa", *path.with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
