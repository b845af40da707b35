"""A state folder for each test of the command line."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from hanvisa.directory.migrations import upgrade


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv("HANVISA_STATE", str(tmp_path))
    yield tmp_path
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with nothing in its tables, which take a second to make."""
    file = tmp_path_factory.mktemp("tables") / "hanvisa.sqlite"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{file}"))
    return file
