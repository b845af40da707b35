"""A Kamailio of our own: kamailio/kamailio.cfg, with addresses of its own, started, waited for, and gone at the end."""

import asyncio
import shutil
from asyncio.subprocess import DEVNULL, STDOUT
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from hanvisa.config import Settings
from hanvisa.errors import ConfigurationError
from hanvisa.lab.asterisk import DIES_WITH_US, REPOSITORY
from hanvisa.lab.probing import connection
from hanvisa.lab.waiting import until

CONFIGURATION = REPOSITORY / "kamailio" / "kamailio.cfg"
PROGRAM = "/usr/sbin/kamailio"
# It is the first of its processes' namespace, with which all of them end.
ALONE = ("unshare", "--pid", "--fork", "--kill-child", "--")


@asynccontextmanager
async def kamailio(settings: Settings, machine: Sequence[str]) -> AsyncIterator[None]:
    """The proxy of these settings, in a folder of the state folder.

    Raises:
        ConfigurationError: it is not installed, or does not start.
    """
    if shutil.which(PROGRAM) is None:
        raise ConfigurationError("Kamailio is not installed (Debian: apt-get install kamailio).")
    folder = settings.state / "kamailio"
    folder.mkdir()
    shutil.copy(CONFIGURATION, folder)
    (folder / "addresses.cfg").write_text(_addresses(settings, folder))
    (folder / "nodes.list").write_text(
        "".join(f"1 sip:{address}:{settings.sip_port}\n" for address in settings.nodes.values())
    )
    options = ("-f", folder / CONFIGURATION.name, "-Y", folder, "-m", "32", "-M", "4", "-DD", "-E")
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(*DIES_WITH_US, *machine, *ALONE, PROGRAM, *map(str, options)),
            stdin=DEVNULL,
            stdout=log,
            stderr=STDOUT,
            start_new_session=True,
        )
    host, _, port = settings.proxy.rpartition(":")

    async def listens() -> bool:
        if process.returncode is not None:
            raise ConfigurationError(f"Kamailio ended while starting:\n{(folder / 'log').read_text()}")
        try:
            async with connection(host, int(port)):
                return True
        except OSError:
            return False

    try:
        await until(listens, within=10, what="Kamailio is there")
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _addresses(settings: Settings, folder: Path) -> str:
    known = {
        "CARRIER_HOST": settings.carrier_host,
        "ACCOUNTS": settings.state / "proxy",
        "NODES": folder / "nodes.list",
    }
    listening = "".join(f"listen={protocol}:{settings.proxy}\n" for protocol in ("udp", "tcp"))
    return listening + "".join(f'#!substdef "!{name}!{value}!g"\n' for name, value in known.items())
