"""docs/calls.md: the stages of a call as pictures, one for each file of `calls/stages`, read from the code.

An arrow is drawn to each stage that a stage's coroutine makes, itself or in what it uses of `calls`. An arrow to the
end is drawn where the coroutine, or one whose answer is its own, returns None.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass

from hanvisa.calls.stage import Stage
from hanvisa.lab.docs.source import Module, Source

FAMILIES = "hanvisa.calls.stages."
AFTER_A_FAULT = "hanvisa.calls.runner"
END = "[*]"

HEAD = """# The stages of a call

Made by `./dev docs` from `service/hanvisa/calls`: change the code, not this page. A stage is a name with arguments,
written on the caller's channel before it is entered ([adr/0010](adr/0010-stages-are-values.md)); whatever instance
takes the call on enters it again. An arrow is a stage that may come next, {end} is the end of the call.

What is in no picture: the caller may hang up in every stage, and the call is over. When something of ours fails, those
who talk go on talking and everybody else comes to `Apologising`. A call that another instance takes on goes on where
it was.

A call begins, or is taken on where its stage can't be read, in {first}.
"""


@dataclass(frozen=True)
class Family:
    """One file of stages. ``arrows`` are from one of its stages to the next, or to the end."""

    name: str
    about: str
    stages: dict[str, str]  # what each is
    arrows: tuple[tuple[str, str], ...]


def page() -> str:
    """The whole document."""
    families, first = read(Source("calls"))
    begin = " or ".join(f"`{name}`" for name in first)
    return HEAD.format(end=END, first=begin) + "".join(_section(family) for family in families)


def read(source: Source) -> tuple[list[Family], list[str]]:
    """The families, and the stages in which calls begin."""
    families: list[Family] = []
    used: set[tuple[str, str]] = set()
    for name, module in source.modules.items():
        if not name.startswith(FAMILIES):
            continue
        stages: dict[str, str] = {}
        arrows: list[tuple[str, str]] = []
        for work, kind in _work(module):
            seen = _uses(source, module, work.name)
            used |= seen
            stages[kind] = _first_sentence(kind)
            arrows += [(kind, made) for made in _in_order(_made_in(source, seen))]
            if _may_end(source, module, work, set()):
                arrows.append((kind, END))
        if stages:
            about = _first_line(ast.get_docstring(module.tree) or "")
            families.append(Family(name.removeprefix(FAMILIES), about, stages, tuple(arrows)))
    elsewhere = {
        (module.name, name)
        for module in source.modules.values()
        if module.name != AFTER_A_FAULT
        for name in module.definitions
    }
    return families, _in_order(_made_in(source, elsewhere - used))


def _section(family: Family) -> str:
    picture = "\n".join(f"    {one} --> {other}" for one, other in family.arrows)
    rows = "\n".join(f"| `{name}` | {about} |" for name, about in family.stages.items())
    return (
        f"\n## {family.name.capitalize()}\n\n{family.about}\n\n"
        f"```mermaid\nstateDiagram-v2\n{picture}\n```\n\n| stage | what it is |\n|---|---|\n{rows}\n"
    )


def _work(module: Module) -> Iterator[tuple[ast.AsyncFunctionDef, str]]:
    """The coroutines that do a stage's work (`@runs(Kind)`)."""
    for node in module.tree.body:
        if isinstance(node, ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                match decorator:
                    case ast.Call(func=ast.Name(id="runs"), args=[ast.Name(id=kind)]):
                        yield node, kind


def _uses(source: Source, module: Module, name: str) -> set[tuple[str, str]]:
    """This definition and all of ours that it names, that those name, and so on: (module, name)."""
    seen: set[tuple[str, str]] = set()
    open_ = [(module, name)]
    while open_:
        home, known_as = open_.pop()
        if (home.name, known_as) in seen:
            continue
        seen.add((home.name, known_as))
        open_ += [found for node in _read_in(_code(home, known_as)) if (found := source.meaning(home, node))]
    return seen


def _made_in(source: Source, definitions: set[tuple[str, str]]) -> set[str]:
    """The stages that these definitions make or name to be made."""
    made = set()
    for module, name in definitions:
        for node in _read_in(_code(source.modules[module], name)):
            if isinstance(node, ast.Name | ast.Attribute):
                named = node.id if isinstance(node, ast.Name) else node.attr
                made |= {named} & set(_KINDS)
    return made


def _code(module: Module, name: str) -> ast.AST | None:
    """What a name stands for. A stage's own class is not looked into."""
    if name in _KINDS:
        return None
    return module.definitions.get(name) or module.values.get(name)


def _read_in(node: ast.AST | None) -> Iterator[ast.expr]:
    """The names that are used in a piece of code: not those in annotations, decorators, or questions of type."""
    match node:
        case None:
            return
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            inside: list[ast.AST] = [*node.body]
        case ast.ClassDef():
            inside = [one for one in node.body if not isinstance(one, ast.AnnAssign)]
        case ast.AnnAssign():
            inside = [node.value] if node.value else []
        case ast.Call(func=ast.Name(id="isinstance")):
            inside = []
        case ast.Compare(left=left, comparators=comparators):
            inside = [one for one in (left, *comparators) if not isinstance(one, ast.Name)]
        case ast.match_case():
            inside = [*([node.guard] if node.guard else []), *node.body]
        case _:
            if isinstance(node, ast.Name | ast.Attribute):
                yield node
            inside = list(ast.iter_child_nodes(node))
    for one in inside:
        yield from _read_in(one)


def _may_end(source: Source, module: Module, work: ast.AST, seen: set[ast.AST]) -> bool:
    """Whether the coroutine returns None, itself or by giving back what another returns."""
    if work in seen:
        return False
    seen.add(work)
    returned = [node.value for node in ast.walk(work) if isinstance(node, ast.Return)]
    while returned:
        match returned.pop():
            case None | ast.Constant(value=None):
                return True
            case ast.IfExp(body=one, orelse=other):
                returned += [one, other]
            case ast.BoolOp(op=ast.Or(), values=values):
                returned.append(values[-1])
            case ast.Await(value=value):
                returned.append(value)
            case ast.Call(func=func) if found := source.meaning(module, func):
                home, name = found
                helper = home.definitions.get(name)
                if isinstance(helper, ast.FunctionDef | ast.AsyncFunctionDef) and _may_end(
                    source, home, helper, seen
                ):
                    return True
    return False


def _in_order(stages: set[str]) -> list[str]:
    return [kind for kind in _KINDS if kind in stages]


def _first_sentence(kind: str) -> str:
    return _first_line(inspect.getdoc(_KINDS[kind]) or "")


def _first_line(text: str) -> str:
    return text.partition("\n\n")[0].replace("\n", " ").replace("``", "`")


_KINDS: dict[str, type] = {kind.__name__: kind for kind in Stage.__args__}
