"""How a command of ours ends: what goes wrong is a sentence on standard error and exit code 1, never a trace."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import typer

from hanvisa.errors import HanvisaError

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    with sentences():
        return asyncio.run(work)


class sentences:  # noqa: N801 - reads as the with-statement it is
    """What goes wrong is said in a sentence, and ends the program with 1."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        errors = error.exceptions if isinstance(error, BaseExceptionGroup) else [error]
        ours = [one for one in errors if isinstance(one, HanvisaError)]
        if ours:
            for one in ours:
                typer.echo(str(one), err=True)
            raise typer.Exit(1) from error
