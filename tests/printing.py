"""A page is printed once in each process of the tests: to print takes two seconds of the processor.

The same page, asked for again, has the same PDF.
"""

from __future__ import annotations

from hanvisa.reports import printing

_run_apart = printing.run_apart
_printed: dict[tuple[str, bytes], bytes] = {}


def print_once() -> None:
    printing.run_apart = _once


async def _once(module: str, given: bytes) -> bytes:
    if (module, given) not in _printed:
        _printed[module, given] = await _run_apart(module, given)
    return _printed[module, given]
