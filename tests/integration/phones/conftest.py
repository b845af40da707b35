"""Phones on a plain Asterisk: no service, only a few lines of dialplan."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hanvisa.config import Settings
from hanvisa.lab.asterisk import Asterisk, find_root
from hanvisa.lab.carrier import Carrier
from hanvisa.lab.phones import Exchange
from hanvisa.lab.ports import free_base_port
from hanvisa.lab.siplet import Siplet

_DIALPLAN = """\
[from-phone]
exten => _2XX,1,Dial(PJSIP/phone-${EXTEN},10)
exten => _0X.,1,Dial(PJSIP/${EXTEN}@carrier,10)
[from-carrier]
exten => _2XX,1,Dial(PJSIP/phone-${EXTEN},10)
"""
_ACCOUNT = """\
[{account}](phone)
auth={account}
aors={account}
set_var=PJSIP_TRANSFER_HANDLING()=core
[{account}](phone-auth)
username={account}
password=secret-{account}
[{account}](phone-aor)
"""
ACCOUNTS = ("phone-201", "phone-202", "phone-203")


@pytest.fixture
async def asterisk() -> AsyncIterator[Asterisk]:
    settings = Settings(state=Path(tempfile.mkdtemp(prefix="hv")), base_port=free_base_port())
    etc = settings.state / "asterisk" / "etc"
    etc.mkdir(parents=True)
    (etc / "pjsip_phones.conf").write_text("".join(_ACCOUNT.format(account=each) for each in ACCOUNTS))
    dialplan = settings.state / "dialplan"
    dialplan.mkdir()
    (dialplan / "plain.conf").write_text(_DIALPLAN)
    try:
        async with Asterisk(settings, find_root(settings), dialplan) as running:
            yield running
    finally:
        shutil.rmtree(settings.state)


@pytest.fixture
async def exchange(asterisk: Asterisk) -> AsyncIterator[Exchange]:
    async with Exchange(asterisk.settings.sip_port + 10) as running:
        yield running


@pytest.fixture
async def carrier(asterisk: Asterisk, exchange: Exchange) -> AsyncIterator[Carrier]:
    chosen = asterisk.settings
    switch = f"{chosen.sip_host}:{chosen.sip_port}"
    running = await Carrier.start(
        chosen.carrier_host, chosen.carrier_port, switch=switch, trace=exchange.trace
    )
    yield running
    await running.close()


@pytest.fixture
async def cia(asterisk: Asterisk, exchange: Exchange) -> AsyncIterator[Siplet]:
    switch = f"127.0.0.1:{asterisk.settings.sip_port}"
    phone = await Siplet.open(
        "127.0.0.1", 0, "phone-203", "secret-phone-203", registrar=switch, trace=exchange.trace
    )
    await phone.plug_in()
    yield phone
    await phone.close()
