"""What callers and phones send that would leave a trace, were any of it evaluated as dialplan."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hanvisa.lab.asterisk import Asterisk

_FUNCTION = "DB_DELETE(trial/canary)"
_WRITTEN = f"${{{_FUNCTION}}}"
_ENCODED = "%24%7BDB_DELETE(trial%2Fcanary)%7D"

IDENTITY = f'"{_WRITTEN},1&x" <sip:{_ENCODED}%2C1%0d%0a%00@127.0.0.2>'
HEADERS = {
    "Subject": f"{_WRITTEN},1",
    "User-Agent": _WRITTEN,
    "P-Asserted-Identity": f'"{_WRITTEN}" <sip:{_ENCODED}@127.0.0.2>',
    "Diversion": f'"{_WRITTEN}" <sip:{_ENCODED}@127.0.0.2>;reason="{_WRITTEN}"',
}
DIALLED = (
    _ENCODED,
    f"205{_ENCODED}",
    f"205%2C1%2C{_ENCODED}",
    f"%0d%0a{_ENCODED}",
    f"%00{_ENCODED}",
    f"%22%5D%26{_ENCODED}",
)


@asynccontextmanager
async def canary(asterisk: Asterisk) -> AsyncIterator[None]:
    """An entry of AstDB must still be there at the end, which every one of these would take away."""
    await asterisk.cli("database put trial canary sings")
    yield
    assert "sings" in await asterisk.cli("database get trial canary")
    await asterisk.cli(f"dialplan eval function {_FUNCTION}")
    assert "sings" not in await asterisk.cli("database get trial canary"), "it takes nothing away"
