"""Transfers without the service: inside they work, and no caller who was put through reaches a mobile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanvisa.ami.transfers import withdraw
from hanvisa.calls.prompts import Why
from hanvisa.lab.lines import TransferRefusedError
from hanvisa.policy.facts import Extension, TargetKind
from integration.fallback.dying_service import a_service, talking
from integration.fallback.fallback_world import (
    ANNA,
    ANNA_DIRECT,
    ANNA_MOBILE,
    BO,
    BO_DIRECT,
    CAJSA,
    CITIZEN,
    MAIN,
    OLLE,
    SOMEBODYS_MOBILE,
    World,
    account_of,
    make_register,
    rings_in,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_operator_transfers_blind_to_an_extension(world: World) -> None:
    olle, anna = await world.phone(OLLE), await world.phone(ANNA)
    caller, line = await rings_in(world, MAIN, olle)
    await line.transfer("201")
    rung = await anna.rings()
    await rung.answer()
    await caller.talks_to(rung)


@pytest.mark.parametrize(("prefix", "extension"), [("5100", "20100"), ("510", "20100"), ("051", "2010")])
async def test_a_blind_transfer_reaches_an_extension_behind_a_long_prefix(
    anew: World, prefix: str, extension: str
) -> None:
    """An organisation's prefix has up to four digits, an extension up to five."""
    register = make_register()
    organisation = replace(register.organisations.rows[0], prefix=prefix)
    added = Extension(extension, organisation.id, TargetKind.PERSON, ANNA.id)
    await anew.project(
        register.replace(organisations=[organisation], extensions=[*register.extensions.rows, added])
    )
    anna = await anew.phone(ANNA)
    _, line = await rings_in(anew, MAIN, await anew.phone(OLLE))
    await line.transfer(prefix + extension)
    await anna.rings()


async def test_an_operator_transfers_blind_to_an_absent_person(world: World) -> None:
    olle = await world.phone(OLLE)
    caller, line = await rings_in(world, MAIN, olle)
    await line.transfer("202")
    await caller.hears(world.spoken.referral(BO, Why.ABSENT))
    await caller.until_ended()


async def test_an_extension_that_nobody_has_leads_back_to_the_operators(world: World) -> None:
    olle = await world.phone(OLLE)
    caller, line = await rings_in(world, MAIN, olle)
    await line.transfer("299")
    await caller.hears(world.spoken.sentence("unknown"))
    back = await olle.rings()
    await back.answer()
    await caller.talks_to(back)


async def test_a_blind_transfer_outside_is_refused_and_the_caller_stays(world: World) -> None:
    olle = await world.phone(OLLE)
    caller, line = await rings_in(world, MAIN, olle)
    for target in (
        ANNA_MOBILE,
        "+46701740605",
        "0046701740605",
        "00701740605",
        "*31%230701740605",
        CITIZEN,
        "059131924",
        "kalle",
    ):
        with pytest.raises(TransferRefusedError) as refused:
            await line.transfer(target)
        assert refused.value.status == 404
    await caller.talks_to(line)
    assert not world.carrier.offered


async def test_an_operator_transfers_attended_to_a_colleague(world: World) -> None:
    olle, anna = await world.phone(OLLE), await world.phone(ANNA)
    caller, line = await rings_in(world, MAIN, olle)
    await line.hold()
    asking = await olle.call("201")
    rung = await anna.rings()
    await rung.answer()
    await asking.until_up()
    await line.attended(asking)
    await caller.talks_to(rung)


async def test_with_a_caller_a_colleague_reaches_no_mobile(world: World) -> None:
    anna = await world.phone(ANNA)
    caller, line = await rings_in(world, ANNA_DIRECT, anna)
    await line.hold()
    asking = await anna.call(SOMEBODYS_MOBILE)
    await asking.hears(world.spoken.sentence("o2"))
    await asking.until_ended()
    assert not world.carrier.offered
    await line.resume()
    await caller.talks_to(line)


async def test_beside_a_mobile_no_leg_can_be_transferred(world: World) -> None:
    anna = await world.phone(ANNA)
    asking = await anna.call(SOMEBODYS_MOBILE)
    mobile = await world.carrier.rings_at(SOMEBODYS_MOBILE)
    await mobile.answer()
    await asking.until_up()
    await asking.hold()
    caller, line = await rings_in(world, ANNA_DIRECT, anna)
    for source, target in ((line, asking), (asking, line)):
        with pytest.raises((TransferRefusedError, TimeoutError)):
            await source.attended(target, within=1.5)
    await line.resume()
    await caller.talks_to(line)


async def test_a_registered_mobile_that_rang_in_is_not_joined_to_a_caller(world: World) -> None:
    olle, cajsa = await world.phone(OLLE), await world.phone(CAJSA)
    _, mobile_line = await rings_in(world, MAIN, olle, from_=ANNA_MOBILE)
    await mobile_line.hold()
    caller, line = await rings_in(world, MAIN, olle)
    for source, target in ((line, mobile_line), (mobile_line, line)):
        with pytest.raises((TransferRefusedError, TimeoutError)):
            await source.attended(target, within=1.5)
    with pytest.raises((TransferRefusedError, TimeoutError)):
        await mobile_line.transfer("203", within=1.5)
    assert not cajsa.has_rung
    await line.resume()
    await caller.talks_to(line)


async def test_a_registered_mobile_does_not_ring_a_phone_that_has_a_caller(world: World) -> None:
    olle = await world.phone(OLLE)
    await rings_in(world, MAIN, olle)
    mobile = await world.carrier.call(MAIN, from_=ANNA_MOBILE)
    await mobile.hears(world.spoken.no_operator())
    assert len(olle.offered) == 1


async def test_with_a_caller_from_before_a_colleague_reaches_no_mobile(world: World) -> None:
    async with a_service(world) as service:
        _, line = await talking(world, service, ANNA, ANNA_DIRECT)
    await line.hold()
    anna = await world.phone(ANNA)
    asking = await anna.call(SOMEBODYS_MOBILE)
    await asking.hears(world.spoken.sentence("o2"))
    await asking.until_ended()
    assert not world.carrier.offered


async def test_a_registered_mobile_does_not_ring_a_phone_that_has_a_caller_from_before(world: World) -> None:
    async with a_service(world) as service:
        await talking(world, service, OLLE, MAIN)
    olle = await world.phone(OLLE)
    mobile = await world.carrier.call(MAIN, from_=ANNA_MOBILE)
    await mobile.hears(world.spoken.no_operator())
    assert len(olle.offered) == 1


async def test_whoever_knows_a_calls_dialog_takes_a_phones_place(world: World) -> None:
    """Left open (ADR 31): Asterisk asks no dialplan. With the service: e2e/test_no_way_around.py."""
    caller, line = await rings_in(world, MAIN, await world.siplet(OLLE))
    mobile = await world.carrier.call(MAIN, from_=ANNA_MOBILE, headers={"Replaces": line.dialog.replaces})
    await mobile.talks_to(caller)


async def test_a_service_that_is_back_takes_the_transfers_back(world: World) -> None:
    olle, anna = await world.phone(OLLE), await world.phone(ANNA)
    caller, line = await rings_in(world, MAIN, olle)
    await line.hold()
    asking = await olle.call("201")
    rung = await anna.rings()
    await rung.answer()
    await asking.until_up()
    assert set(await withdraw(world.manager)) == {olle.name, anna.name}
    for source, target in ((line, asking), (asking, line)):
        with pytest.raises((TransferRefusedError, TimeoutError)):
            await source.attended(target, within=1.0)
    with pytest.raises((TransferRefusedError, TimeoutError)):
        await line.transfer("203", within=1.0)
    await line.resume()
    await caller.talks_to(line)


@pytest.mark.parametrize("dialled", ["203", CITIZEN, SOMEBODYS_MOBILE])
async def test_a_service_that_is_back_knows_whoever_has_dialled(world: World, dialled: str) -> None:
    anna, cajsa = await world.phone(ANNA), await world.phone(CAJSA)
    await anna.call(dialled)
    await (cajsa.rings() if dialled == "203" else world.carrier.rings_at(dialled))
    assert account_of(ANNA) in await withdraw(world.manager)


async def test_of_callers_whom_no_phone_has_no_list_is_asked_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = []
    monkeypatch.setattr(world.manager, "listing", listed.append)
    caller = await world.carrier.call(BO_DIRECT)
    await caller.until_up()
    assert await withdraw(world.manager) == []
    assert not listed


async def test_where_the_transfers_are_not_to_be_taken_back_it_is_told_whose_they_are(world: World) -> None:
    olle, anna = await world.phone(OLLE), await world.phone(ANNA)
    caller, line = await rings_in(world, MAIN, olle)
    assert await withdraw(world.manager, tells_only=True) == [olle.name]
    await line.transfer("201")
    rung = await anna.rings()
    await rung.answer()
    await caller.talks_to(rung)


async def test_whoever_has_a_mobile_on_the_line_goes_to_the_fallback_with_the_next_line_too(
    world: World,
) -> None:
    """The service knows nothing of the mobile, and could let them be joined with a caller of an operator's (O2)."""
    anna = await world.phone(ANNA)
    await anna.call(SOMEBODYS_MOBILE)
    await (await world.carrier.rings_at(SOMEBODYS_MOBILE)).answer()
    async with a_service(world) as service:
        second = await anna.call(SOMEBODYS_MOBILE)
        await second.hears(world.spoken.sentence("o2"))
        assert not service.channels
