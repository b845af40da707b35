"""A start imports what the calls need, and no more: what nobody waits for comes when they are served."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from hanvisa.quick import without

IMPORTED = (
    "import sys; import hanvisa.cli; from hanvisa.bootstrap import build; print(*sys.modules, sep='\\n')"
)


def imported_by_a_start() -> set[str]:
    """Before it takes on the calls, but for what its settings ask for."""
    run = [sys.executable, "-c", IMPORTED]
    return set(subprocess.run(run, check=True, capture_output=True, text=True).stdout.split())  # noqa: S603 - ours


def test_a_start_imports_nothing_that_callers_need_not_wait_for() -> None:
    imported = imported_by_a_start()
    assert {"hanvisa.bootstrap", "hanvisa.calls.registry"} <= imported
    later = {
        "alembic",
        "jinja2",
        "ldap3",
        "numpy",
        "pygal",
        "rich",
        "weasyprint",
        "hanvisa.calendars",
        "hanvisa.explaining",
        "hanvisa.mailing",
        "hanvisa.nightly",
        "hanvisa.people",
        "hanvisa.reports.making",
        "hanvisa.web.app",
    }
    assert not later & imported


def test_what_is_hidden_is_not_found_and_is_there_again_afterwards() -> None:
    sys.modules.pop("pyclbr", None)
    with without("pyclbr"), pytest.raises(ModuleNotFoundError):
        import_module("pyclbr")
    assert import_module("pyclbr").__name__ == "pyclbr"


def test_what_is_there_already_is_not_hidden() -> None:
    with without("sys"):
        assert import_module("sys") is sys
