"""The number that is called without the service is the one that the service reads (docs/decisions.md, Numbers)."""

from __future__ import annotations

import pytest

from hanvisa.config import Settings
from hanvisa.policy.facts import CallingClass
from hanvisa.policy.numbers import NumberKind, NumberPlan, Reading, e164_to_dial, read_number
from integration.fallback.fallback_world import (
    ANNA,
    ANNA_DIRECT,
    CITIZEN,
    OLLE,
    SOMEBODYS_MOBILE,
    World,
    make_register,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


def with_the_service(dialled: str, settings: Settings) -> Reading:
    register = make_register()
    plan = NumberPlan(settings.outside_prefix, settings.outside_prefix_required)
    return read_number(dialled, register.organisations.rows[0], register, plan)


async def called(world: World, dialled: str) -> str:
    """The number that the carrier is asked for."""
    await (await world.phone(ANNA)).call(dialled)
    line = await world.carrier.rings()
    assert line.invitation is not None
    return line.invitation.uri.removeprefix("sip:").partition("@")[0]


@pytest.mark.parametrize("class_", [CallingClass.NATIONAL, CallingClass.PREMIUM])
@pytest.mark.parametrize(
    "dialled",
    [
        CITIZEN,
        "0" + CITIZEN,
        SOMEBODYS_MOBILE,
        "0" + SOMEBODYS_MOBILE,
        "00" + SOMEBODYS_MOBILE,
        "+460980319244",
        "+460701740699",
        "00460701740699",
        "+4600980319244",
        "1177",
        "01177",
        "#31#00980319244",
    ],
)
async def test_a_swedish_number_is_called_whatever_stands_before_it(
    anew: World, class_: CallingClass, dialled: str
) -> None:
    """Whoever may call abroad as well reaches nobody there by it."""
    await anew.publish_phones(make_register(), class_)
    assert await called(anew, dialled) == e164_to_dial(with_the_service(dialled, anew.settings))


@pytest.mark.parametrize("dialled", ["00442079460123", "+442079460123", "000442079460123"])
async def test_a_number_abroad_is_called(anew: World, dialled: str) -> None:
    await anew.publish_phones(make_register(), CallingClass.PREMIUM)
    assert await called(anew, dialled) == e164_to_dial(with_the_service(dialled, anew.settings))


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize(
    "dialled",
    [CITIZEN, "9" + CITIZEN, "0" + CITIZEN, "9" + SOMEBODYS_MOBILE, "91177", "1177", "900442079460123"],
)
async def test_behind_another_outside_line_prefix(anew: World, required: bool, dialled: str) -> None:
    """Whether it must be dialled or not."""
    settings = Settings(state=anew.settings.state, outside_prefix="9", outside_prefix_required=required)
    await anew.project_with(settings, make_register())
    await anew.publish_phones(make_register(), CallingClass.PREMIUM)
    assert await called(anew, dialled) == e164_to_dial(with_the_service(dialled, settings))


@pytest.mark.parametrize("prefix", ["0", "9"])
@pytest.mark.parametrize("class_", [CallingClass.INSIDE, CallingClass.NATIONAL])
async def test_a_number_of_ours_is_a_call_inside_behind_the_prefix(
    anew: World, prefix: str, class_: CallingClass
) -> None:
    settings = Settings(state=anew.settings.state, outside_prefix=prefix)
    await anew.project_with(settings, make_register())
    await anew.publish_phones(make_register(), class_)
    dialled = prefix + ANNA_DIRECT
    assert with_the_service(dialled, settings).kind is NumberKind.INTERNAL
    anna = await anew.phone(ANNA)
    await (await anew.phone(OLLE)).call(dialled)
    await anna.rings()
    assert not anew.carrier.offered


@pytest.mark.parametrize("dialled", ["319244", "9112112", "00", "000", "+0980319244"])
async def test_what_is_no_whole_number_is_called_by_nobody(anew: World, dialled: str) -> None:
    """A number without its area code among them: the dialplan does not know the organisation's."""
    await anew.publish_phones(make_register(), CallingClass.PREMIUM)
    line = await (await anew.phone(ANNA)).call(dialled)
    await line.hears(anew.spoken.sentence("unknown"))
    await line.until_ended()
    assert not anew.carrier.offered
