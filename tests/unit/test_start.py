"""A start imports what the calls need, and no more: what nobody waits for comes when they are served."""

from __future__ import annotations

import subprocess
import sys

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
