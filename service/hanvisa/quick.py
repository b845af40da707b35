"""What a start need not wait for: callers do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def without(*modules: str) -> Iterator[None]:
    """What is imported meanwhile does not find these, which it would use if they are there, and does without them."""
    hidden: dict[str, Any] = {name: None for name in modules if name not in sys.modules}
    sys.modules.update(hidden)  # Python raises ModuleNotFoundError for what is None
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
