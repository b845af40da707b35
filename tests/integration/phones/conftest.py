"""Phones on a plain Asterisk: no service, only a few lines of dialplan."""

from collections.abc import AsyncIterator

import pytest

from hanvisa.lab.asterisk import Asterisk
from hanvisa.lab.carrier import Carrier
from hanvisa.lab.phones import Exchange
from hanvisa.lab.ports import lent_base_port
from hanvisa.lab.siplet import Siplet
from integration.phones.plain import plain_asterisk


@pytest.fixture
async def asterisk() -> AsyncIterator[Asterisk]:
    with lent_base_port() as base:
        async with plain_asterisk(base) as running:
            yield running


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
