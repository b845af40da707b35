"""The fallback's promises, with no service there at all (those on transfers: test_transfers.py)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from canary import DIALLED, HEADERS, IDENTITY, canary
from hanvisa.asterisks import KeptAsterisk
from hanvisa.calls.prompts import Why
from hanvisa.config import Settings
from hanvisa.lab import alaw
from hanvisa.lab.phones import BaresipPhone
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.waiting import until
from hanvisa.policy.facts import CallingClass, ChangedSetting, Person
from hanvisa.policy.model import Language
from hanvisa.testing import FakeClock, MemoryDirectory
from integration.fallback.fallback_world import (
    ANNA,
    ANNA_DIRECT,
    BO,
    BO_DIRECT,
    CAJSA,
    CARE,
    CITIZEN,
    DAN,
    FROM_ABROAD,
    MAIN,
    OLLE,
    PLANNING,
    SOMEBODYS_MOBILE,
    World,
    make_register,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

EMERGENCY = (
    *("112", "112#", "112*", "0112", "0112*", "+112", "112*5#"),
    *("*31#112", "#31#112", "##31#112", "*#31#112", "*9*112", "*9*0112#", "*99*112"),
)


async def emergency_call(world: World, phone: BaresipPhone, dialled: str) -> str:
    """One that is put through; whom 112 sees."""
    line = await phone.call(dialled)
    sos = await world.carrier.rings_at("112")
    assert sos.invitation is not None
    await sos.answer()
    await line.until_up()
    await sos.hangup()
    return sos.invitation.get("From")


async def test_who_is_there_is_rung(world: World) -> None:
    anna = await world.phone(ANNA)
    caller = await world.carrier.call(ANNA_DIRECT)
    line = await anna.rings()
    await line.answer()
    await caller.talks_to(line)


async def test_an_absent_person_is_referred_and_not_rung(world: World) -> None:
    bo = await world.phone(BO)
    spellings = (
        "0980319202",
        "+46980319202",
        "0046980319202",
        "46980319202",
        "980319202",
        "0980319202;rn=+4612",
    )
    for caller in [await world.carrier.call(spelling) for spelling in spellings]:
        await caller.hears(world.spoken.referral(BO, Why.ABSENT), world.spoken.sentence("goodbye"))
        await caller.until_ended()
    assert not bo.has_rung


async def test_callers_from_abroad_hear_english(world: World) -> None:
    caller = await world.carrier.call(BO_DIRECT, from_=FROM_ABROAD)
    await caller.hears(world.spoken.referral(BO, Why.ABSENT, Language.EN))
    await caller.until_ended()


async def test_callers_from_a_short_number_hear_swedish_as_with_the_service(world: World) -> None:
    caller = await world.carrier.call(BO_DIRECT, from_="1177")
    await caller.hears(world.spoken.referral(BO, Why.ABSENT))
    await caller.until_ended()


async def test_an_absence_that_has_ended_or_not_begun_counts_for_nothing(world: World) -> None:
    cajsa = await world.phone(CAJSA)
    dan = await world.phone(DAN)
    caller = await world.phone(ANNA)
    for extension, phone in (("203", cajsa), ("204", dan)):
        await caller.call(extension)
        line = await phone.rings()
        await line.answer()
        await line.hangup()


async def test_unplugged_is_referred(world: World) -> None:
    caller = await world.carrier.call(ANNA_DIRECT)
    await caller.hears(world.spoken.referral(ANNA, Why.NO_ANSWER))
    await caller.until_ended()


async def test_busy_is_referred(world: World) -> None:
    anna = await world.phone(ANNA)
    anna.busy = True
    caller = await world.carrier.call(ANNA_DIRECT)
    await caller.hears(world.spoken.referral(ANNA, Why.NO_ANSWER))
    await caller.until_ended()


async def test_a_phones_redirect_is_not_followed(world: World) -> None:
    anna = await world.siplet(ANNA)
    anna.redirects_to = "0701740699"
    caller = await world.carrier.call(ANNA_DIRECT)
    await caller.hears(world.spoken.referral(ANNA, Why.NO_ANSWER))
    assert not world.carrier.rang("0701740699")
    await caller.until_ended()


async def test_the_main_number_reaches_an_operator(world: World) -> None:
    olle = await world.phone(OLLE)
    caller = await world.carrier.call(MAIN)
    line = await olle.rings()
    await line.answer()
    await caller.talks_to(line)


async def test_no_operators_phone_there_is_said(world: World) -> None:
    caller = await world.carrier.call(MAIN)
    await caller.hears(world.spoken.no_operator(), world.spoken.sentence("goodbye"))
    await caller.until_ended()


async def test_a_department_rings_those_who_are_there(world: World) -> None:
    anna, bo, cajsa = await world.phone(ANNA), await world.phone(BO), await world.phone(CAJSA)
    caller = await world.carrier.call(PLANNING)
    rung = await anna.rings()
    line = await cajsa.rings()
    await line.answer()
    await caller.talks_to(line)
    await rung.until_ended()
    assert not bo.has_rung


async def test_an_empty_department_goes_to_its_stand_in_and_then_to_the_operators(world: World) -> None:
    cajsa, olle = await world.phone(CAJSA), await world.phone(OLLE)
    await world.carrier.call(CARE)
    line = await cajsa.rings()
    await line.reject()
    line = await olle.rings()
    await line.answer()


async def test_whatever_is_dialled_from_outside_is_answered_with_a_sentence(world: World) -> None:
    users = ("h", "s", "i", "kalle", "09803", "a;b,c)(", "%22x%22", "%C3%A5%C3%A4%C3%B6", "1" * 200)
    uris = [f"sip:{world.switch}", *(f"sip:{user}@{world.switch}" for user in users)]
    for line in [await world.carrier.call(uri) for uri in uris]:
        await line.hears(world.spoken.sentence("unknown"))
        await line.until_ended()


async def test_a_withheld_number_is_served(world: World) -> None:
    caller = await world.carrier.call(BO_DIRECT, from_=None)
    await caller.hears(world.spoken.referral(BO, Why.ABSENT))
    await caller.until_ended()


@pytest.mark.parametrize(
    ("who", "shown"), [(ANNA, "+46980319201"), (OLLE, "+46980319200"), (CAJSA, "+46980319299")]
)
async def test_emergency_calls_go_straight_out(world: World, who: Person, shown: str) -> None:
    phone = await world.phone(who)
    for dialled in EMERGENCY:
        assert shown in await emergency_call(world, phone, dialled)


async def test_a_uris_parameters_are_no_part_of_the_number(world: World) -> None:
    """RFC 3966, 5.1.5: a local number has one."""
    anna, cajsa = await world.siplet(ANNA), await world.phone(CAJSA)
    await Siplet.call(anna, f"sip:112;phone-context=+46@{world.switch};user=phone")
    await (await world.carrier.rings_at("112")).answer()
    line = await Siplet.call(anna, f"sip:203;phone-context=+46@{world.switch};user=phone")
    await (await cajsa.rings()).answer()
    await line.until_up()


async def test_extensions_and_own_numbers_from_a_phone(world: World) -> None:
    anna, cajsa = await world.phone(ANNA), await world.phone(CAJSA)
    for dialled in ("201", "51201", ANNA_DIRECT, "0" + ANNA_DIRECT, "+46980319201", "#31#0980319201"):
        line = await cajsa.call(dialled)
        rung = await anna.rings()
        await rung.answer()
        await line.until_up()
        await line.hangup()
        await rung.until_ended()


async def test_a_code_is_answered_with_a_sentence(world: World) -> None:
    anna = await world.phone(ANNA)
    for code in ("*27#", "*27", "#"):
        line = await anna.call(code)
        await line.hears(world.spoken.sentence("code"))
        await line.hangup()


async def test_a_private_call_is_put_through_in_no_spelling(world: World) -> None:
    """P1: nobody is there who could mark it and hide its number."""
    anna = await world.phone(ANNA)
    for dialled in ("*9*0846500400", "#31#*9*0846500400", "*9*#0846500400", "0*9*00846500400", "*9*1177"):
        line = await anna.call(dialled)
        await line.hears(world.spoken.sentence("code"))
        await line.until_ended()
    assert not world.carrier.offered


@pytest.mark.parametrize(
    ("prefix", "dialled"),
    [
        ("#9#", "#9#0846500400"),
        ("#9#", "#31##9#0846500400"),
        ("#31#", "0#31#0846500400"),
        ("9#", "9#0846500400"),
    ],
)
async def test_nor_behind_another_prefix(anew: World, prefix: str, dialled: str) -> None:
    settings = Settings(state=anew.settings.state, private_prefix=prefix)
    await anew.project_with(settings, make_register())
    line = await (await anew.phone(ANNA)).call(dialled)
    await line.hears(anew.spoken.sentence("code"))
    await line.until_ended()
    assert not anew.carrier.offered


async def test_outside_calls(world: World) -> None:
    anna, olle = await world.phone(ANNA), await world.phone(OLLE)
    for phone, dialled, called in (
        (anna, "0701740699", "0701740699"),
        (anna, "+46701740699", "0701740699"),
        (anna, CITIZEN, CITIZEN),
        (olle, CITIZEN, CITIZEN),
        (olle, "1177", "1177"),
    ):
        await phone.call(dialled)
        far = await world.carrier.rings_at(called)
        await far.answer()
        await far.hangup()


@asynccontextmanager
async def everybody_may_call(world: World, class_: CallingClass) -> AsyncIterator[None]:
    await world.publish_phones(make_register(), class_)
    try:
        yield
    finally:
        await world.publish_phones(make_register())


@pytest.mark.parametrize(
    ("class_", "dialled", "said"),
    [
        (CallingClass.INSIDE, CITIZEN, "inside"),
        (CallingClass.INSIDE, "#31#" + SOMEBODYS_MOBILE, "inside"),
        (CallingClass.INSIDE, "1177", "inside"),
        (CallingClass.INSIDE, "004530000000", "inside"),
        (CallingClass.NATIONAL, "004530000000", "abroad"),
        (CallingClass.NATIONAL, "+4530000000", "abroad"),
        (CallingClass.NATIONAL, "09001234567", "premium"),
        (CallingClass.NATIONAL, "0046939123456", "premium"),
        (CallingClass.NATIONAL, "0710000000", "premium"),
        (CallingClass.ABROAD, "09441234567", "premium"),
        (CallingClass.ABROAD, "0044909123456", "later"),
    ],
)
async def test_a_phones_class_holds(world: World, class_: CallingClass, dialled: str, said: str) -> None:
    anna = await world.phone(ANNA)
    async with everybody_may_call(world, class_):
        line = await anna.call(dialled)
        await line.hears(world.spoken.sentence(said))
        await line.until_ended()
    assert not world.carrier.offered


@pytest.mark.parametrize(
    ("class_", "dialled"),
    [
        (CallingClass.ABROAD, SOMEBODYS_MOBILE),
        (CallingClass.ABROAD, "1177"),
        (CallingClass.PREMIUM, "004530000000"),
        (CallingClass.PREMIUM, "09001234567"),
        (CallingClass.PREMIUM, CITIZEN),
    ],
)
async def test_what_a_class_includes_is_called(world: World, class_: CallingClass, dialled: str) -> None:
    anna = await world.phone(ANNA)
    async with everybody_may_call(world, class_):
        await anna.call(dialled)
        await (await world.carrier.rings_at(dialled)).answer()


async def test_whoever_may_call_inside_only_reaches_colleagues_and_112(world: World) -> None:
    anna, cajsa = await world.phone(ANNA), await world.phone(CAJSA)
    async with everybody_may_call(world, CallingClass.INSIDE):
        for dialled in ("201", ANNA_DIRECT):
            line = await cajsa.call(dialled)
            rung = await anna.rings()
            await rung.answer()
            await line.until_up()
            await line.hangup()
            await rung.until_ended()
        for dialled in EMERGENCY:
            await emergency_call(world, cajsa, dialled)


async def test_the_usual_class_is_what_an_admin_has_changed_it_to(world: World) -> None:
    directory = MemoryDirectory(make_register())
    kept = KeptAsterisk(world.settings, "", world.spoken, FakeClock(), directory)
    phones = next(follower for follower in kept.followers if follower.name == "phones")
    file = world.settings.state / "asterisk" / "etc" / "pjsip_phones.conf"
    await kept.manager.start()
    following = asyncio.create_task(phones.run())
    await phones.ready.wait()
    assert "HANVISA_MAY_CALL=inside" not in file.read_text()
    directory.register = directory.register.replace(settings=[ChangedSetting("may_call", "inside")])
    phones.changed(frozenset({"settings"}))
    await until(
        lambda: "HANVISA_MAY_CALL=inside" in file.read_text(), what="the class in the phone's section"
    )
    following.cancel()
    await kept.manager.stop()
    await world.publish_phones(make_register())


async def test_a_phone_whose_section_says_no_class_calls_inside_numbers_only(world: World) -> None:
    """As an earlier version left them, or one that does not hold."""
    file = world.settings.state / "asterisk" / "etc" / "pjsip_phones.conf"
    written = file.read_text()
    anna = await world.phone(ANNA)
    for instead in ("", "set_var = HANVISA_MAY_CALL=everything"):
        file.write_text(written.replace("set_var = HANVISA_MAY_CALL=national", instead))
        await world.manager.command("module reload res_pjsip.so")
        line = await anna.call(CITIZEN)
        await line.hears(world.spoken.sentence("inside"))
        await line.until_ended()
        await emergency_call(world, anna, "112")
    assert not world.carrier.rang(CITIZEN)
    file.write_text(written)
    await world.manager.command("module reload res_pjsip.so")


async def test_a_busy_outside_number_is_said(world: World) -> None:
    anna = await world.phone(ANNA)
    world.carrier.answers_with(CITIZEN, 486)
    line = await anna.call(CITIZEN)
    await line.hears(world.spoken.sentence("busy"))
    await line.until_ended()


async def test_an_operators_phone_reaches_no_mobile(world: World) -> None:
    olle = await world.phone(OLLE)
    spellings = (
        "0701740605",
        "+46701740605",
        "0046701740605",
        "00701740605",
        "#31#0701740605",
        "*31#0701740605",
        "004530000000",
        "0980319",
        "0740000000",
    )
    line = await olle.call(SOMEBODYS_MOBILE)
    await line.hears(world.spoken.sentence("o2"))
    # A phone with nine calls at once loses the first syllables, so these are only seen to be spoken to, and ended.
    for line in [await olle.call(dialled) for dialled in spellings]:
        await line.until_ended(10)
        assert len(line.recording.since(None)) > alaw.RATE / 2
    assert not world.carrier.offered


async def test_a_confidential_lines_phone_reaches_no_mobile_either(world: World) -> None:
    dan = await world.phone(DAN)
    line = await dan.call(SOMEBODYS_MOBILE)
    await line.hears(world.spoken.sentence("m4"))
    await line.until_ended()
    assert not world.carrier.offered
    await dan.call(CITIZEN)
    await world.carrier.rings_at(CITIZEN)


async def test_nothing_of_a_call_is_evaluated(world: World) -> None:
    anna, olle = await world.phone(ANNA), await world.siplet(OLLE)
    async with canary(world.asterisk):
        caller = await Siplet.call(world.carrier, ANNA_DIRECT, headers=HEADERS, from_=IDENTITY)
        line = await anna.rings()
        await line.answer()
        await caller.talks_to(line)
        for phone in (olle, world.carrier):
            for dialled in DIALLED:
                line = await Siplet.call(phone, dialled)
                await until(
                    lambda line=line: line.has_ended or len(line.recording.since(None)) > alaw.RATE / 2,
                    what=f"{dialled} is spoken to or refused",
                )
                await line.hangup()


async def test_with_an_empty_database_nobody_is_left_in_silence(world: World) -> None:
    tree = await world.manager.db_tree("hanvisa")
    await world.manager.db_del_tree("hanvisa")
    try:
        caller = await world.carrier.call(ANNA_DIRECT)
        await caller.until_up()
        await until(lambda: len(caller.recording.since(None)) > 8000, what="a tone")
        assert caller.longest_silence() < 1.0
        anna = await world.phone(ANNA)
        await anna.call("112")
        await (await world.carrier.rings_at("112")).answer()
        olle = await world.phone(OLLE)
        mobile = await olle.call("0701740605")
        await mobile.until_ended(15)
        assert not world.carrier.rang("0701740605")
        await caller.until_ended(15)
    finally:
        for key, value in tree.items():
            family, _, last = key.removeprefix("/").rpartition("/")
            await world.manager.db_put(family, last, value)
