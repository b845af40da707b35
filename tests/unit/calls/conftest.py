"""What happens in a call takes no time here, and no machine is too busy for it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from unit.calls.fast_time import FastLoop

HERE = Path(__file__).parent


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, type[FastLoop]] | None:
    return {"fast": FastLoop} if item.path.is_relative_to(HERE) else None
