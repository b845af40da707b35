"""Python's pool of threads with none to spare, as a folder that hangs leaves it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event


@contextmanager
def none_to_spare() -> Iterator[None]:
    """Whatever is left to the running loop's pool waits meanwhile."""
    answers = Event()
    pool = ThreadPoolExecutor(1)
    pool.submit(answers.wait)
    asyncio.get_running_loop().set_default_executor(pool)
    try:
        yield
    finally:
        answers.set()
