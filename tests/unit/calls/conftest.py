"""What happens in a call takes no time here, and no machine is too busy for it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from unit.calls.fast_time import FastLoop

HERE = Path(__file__).parent

settings.register_profile(
    "search",
    max_examples=400,
    stateful_step_count=50,
    deadline=None,
    phases=[Phase.generate],  # making a long walk short takes longer than a test may
)


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, type[FastLoop]] | None:
    return {"fast": FastLoop} if item.path.is_relative_to(HERE) else None
