"""The port at which the web is answered. Calls don't wait for it: whoever else has it may let it go."""

from __future__ import annotations

import asyncio
import errno
import socket

import structlog
from aiohttp import web

from hanvisa.errors import ConfigurationError

log = structlog.get_logger()

AGAIN = 5.0  # seconds until it is tried again
# Of these the settings are to blame, and no waiting helps. Whatever else may pass, and calls are served meanwhile.
_WRONG = frozenset({errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM, errno.EAFNOSUPPORT})


async def listen(runner: web.AppRunner, host: str, port: int) -> None:
    """Have the runner answer there, as soon as that can be.

    Raises ConfigurationError where it never will: an address that this machine does not have, a name that leads
    nowhere, a port that is not for everybody.
    """
    at = f"http://{host}:{port}"
    while not await _listens(runner, host, port):  # noqa: ASYNC110 - it is another process that lets it go
        await asyncio.sleep(AGAIN)
    log.info("web.listening", at=at)


async def _listens(runner: web.AppRunner, host: str, port: int) -> bool:
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        await site.stop()
        if _is_wrong(error):
            raise ConfigurationError(
                f"The web can't be answered at {host}:{port}: {error}. Set HANVISA_WEB_HOST to an address of this"
                " machine, and HANVISA_WEB_PORT to a port that the service may have."
            ) from error
        log.warning(
            "web.not_listening",
            why=f"The web is not answered at {host}:{port}: {error}. Calls are served all the same. See who has the"
            f" port (ss -ltnp 'sport = :{port}') and end that, or set HANVISA_WEB_PORT to another.",
            again_in=AGAIN,
        )
        return False
    return True


def _is_wrong(error: OSError) -> bool:
    if isinstance(error, socket.gaierror):
        return error.errno != socket.EAI_AGAIN  # the name server was not there
    return error.errno in _WRONG
