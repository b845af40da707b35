"""Two makes of phone and a carrier register, ring, talk, hold and transfer through a real Asterisk."""

import asyncio
import os

import pytest

from hanvisa.lab import hearing
from hanvisa.lab.alaw import RATE
from hanvisa.lab.asterisk import Asterisk
from hanvisa.lab.carrier import Carrier
from hanvisa.lab.ladder import ladder
from hanvisa.lab.lines import Line, Phone, TransferRefusedError
from hanvisa.lab.phones import Exchange
from hanvisa.lab.priority import before_others
from hanvisa.lab.sip import media_of
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.waiting import until
from integration.phones.plain import SPOKEN

DISCARD = 9  # the port of who has no sound yet
FIRST_OF_THE_KERNEL = 32768  # ports that it gives to whoever connects (lab/ports.py)


async def in_talk(caller: Phone, number: str, callee: Phone) -> tuple[Line, Line]:
    line = await caller.call(number)
    other = await callee.rings()
    await other.answer()
    await line.until_up()
    await line.talks_to(other)
    return line, other


async def test_people_telephone(
    asterisk: Asterisk, exchange: Exchange, carrier: Carrier, cia: Siplet
) -> None:
    """One Asterisk for all of it: starting one is what takes time."""
    switch = f"127.0.0.1:{asterisk.settings.sip_port}"
    anna = await exchange.phone("phone-201", "secret-phone-201", switch)
    bo = await exchange.phone("phone-202", "secret-phone-202", switch)
    await asyncio.gather(anna.plug_in(), bo.plug_in())

    await colleagues_talk(anna, bo)
    await what_comes_while_the_phones_stand_still_is_heard(anna)
    await citizens_and_mobiles_talk(anna, carrier)
    await a_refused_transfer_leaves_the_call(anna, bo)
    await an_attended_transfer_joins_the_others(anna, bo, cia)
    await another_phone_takes_the_call(anna, bo, cia)
    await busy_unplugged_and_redirected(anna, bo, cia, carrier)

    assert "INVITE 202" in ladder(exchange.trace, {switch: "switch"})
    offered = [media_of(message) for message in exchange.trace if message.split(maxsplit=2)[1] == "TX"]
    ports = {media[0][1] for media in offered if media} - {DISCARD}
    assert ports
    assert min(ports) >= FIRST_OF_THE_KERNEL, "no other system on this machine listens there"


async def colleagues_talk(anna: Phone, bo: Phone) -> None:
    line, other = await in_talk(anna, "202", bo)
    await line.press("90*#")
    await until(lambda: other.keys_heard == "90*#", what="the keys at the other end")
    await line.hold()
    await line.resume()
    await line.talks_to(other)
    await other.hangup()
    await line.until_ended()


async def what_comes_while_the_phones_stand_still_is_heard(anna: Phone) -> None:
    """They are in this process, which a busy machine may leave waiting."""
    line = await anna.call("300")
    await until(lambda: len(line.recording.since()) > RATE, what="a second of it")
    with before_others():  # else whoever lets them go on may wait for the processor for a second and more
        pause = await asyncio.create_subprocess_shell(
            f"kill -STOP {os.getpid()}; sleep 0.2; kill -CONT {os.getpid()}"
        )
    await pause.wait()
    await line.until_ended()
    alike, _ = hearing.score(line.recording.since(), SPOKEN)
    assert alike > 0.999, "nothing is left out, and nothing put between"


async def citizens_and_mobiles_talk(anna: Phone, carrier: Carrier) -> None:
    citizen = await carrier.call("201", from_="0980319244")
    line = await anna.rings()
    assert "0980319244" in line.peer
    await line.answer()
    await citizen.talks_to(line)
    out = await anna.call("0701740605")
    mobile = await carrier.rings_at("+46701740605")
    await mobile.answer()
    await mobile.talks_to(out)
    await anna.hang_up_all()
    await citizen.until_ended()
    await mobile.until_ended()


async def a_refused_transfer_leaves_the_call(anna: Phone, bo: Phone) -> None:
    line, other = await in_talk(anna, "202", bo)
    with pytest.raises(TransferRefusedError) as refusal:
        await line.transfer("999")
    assert refusal.value.status == 404
    await line.talks_to(other)
    await line.hangup()
    await other.until_ended()


async def an_attended_transfer_joins_the_others(anna: Phone, bo: Phone, cia: Phone) -> None:
    line, other = await in_talk(anna, "202", bo)
    consultation, third = await in_talk(anna, "203", cia)
    await asyncio.gather(line.attended(consultation), consultation.until_ended())
    await other.talks_to(third)
    await other.hangup()
    await third.until_ended()


async def another_phone_takes_the_call(anna: Phone, bo: Phone, cia: Phone) -> None:
    """INVITE with Replaces (RFC 3891)."""
    line, other = await in_talk(cia, "202", bo)
    taker = await anna.call("202", headers={"Replaces": other.dialog.replaces, "Require": "replaces"})
    await taker.talks_to(line)
    await other.until_ended()
    await taker.hangup()
    await line.until_ended()


async def busy_unplugged_and_redirected(anna: Phone, bo: Phone, cia: Siplet, carrier: Carrier) -> None:
    bo.busy = True
    assert (await (await anna.call("202")).until_ended()).status == 486
    bo.forget()
    await bo.unplug()
    assert (await (await anna.call("202")).until_ended()).status != 200
    assert not bo.has_rung
    cia.redirects_to = "0701740606"
    line = await anna.call("203")
    await carrier.rings_at("0701740606")
    await line.hangup()
    await line.until_ended()
