"""Who else is asked when somebody is not to be had: substitutes, departments, and groups that ring in turn."""

from e2e.support.switchboard import LONG, ULLA, comes_back, nobody_outside_was_rung
from e2e.support.world import World
from hanvisa.lab.siplet_line import SipletLine

ANNA, ELSA, FREDRIK, HENRIK, INGRID, MARIA = (
    f"hallefors-{number}" for number in (201, 205, 206, 208, 209, 213)
)
ISAK, KJELL, CARL = "nora-310", "nora-312", "bkt-505"
PIA, ROGER = "ljusnarsberg-405", "ljusnarsberg-406"
RECEPTION = "0313900684"  # nobody belongs to it
ROADS = "0406280481"  # Gata och park and Vatten och avlopp stand in for each other
IN_TURN = "0846500490"  # Isak, then Kjell
ON_CALL = "0406280490"  # Carl, William and a mobile, together
ELSAS_MOBILE = "0701740608"


async def test_key_2_reaches_the_substitute_of_a_substitute_who_is_away_too(world: World) -> None:
    fredrik, henrik = await world.phone(FREDRIK), await world.phone(HENRIK)
    await given_substitute(world, ELSA, FREDRIK)
    await given_substitute(world, FREDRIK, HENRIK)
    caller = await world.citizen("0980319230", dials=world.direct_number(ELSA))
    await chooses(world, caller, "2", "två för Henrik Öberg, tre för mobilnumret, noll för")
    line = await henrik.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    assert not fredrik.has_rung


async def test_key_2_is_the_department_where_two_substitutes_only_name_each_other(world: World) -> None:
    anna, fredrik = await world.phone(ANNA), await world.phone(FREDRIK)
    await given_substitute(world, ELSA, FREDRIK)
    await given_substitute(world, FREDRIK, ELSA)
    caller = await world.citizen("0980319231", dials=world.direct_number(ELSA))
    await chooses(world, caller, "2", "två för avdelningen, tre för mobilnumret")
    line = await anna.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    assert not fredrik.has_rung


async def test_a_group_rings_its_members_in_turn_and_passes_over_who_is_on_the_line(world: World) -> None:
    isak, kjell, ingrid = await world.phone(ISAK), await world.phone(KJELL), await world.phone(INGRID)
    caller = await world.citizen("0980319232", dials=IN_TURN)
    first = await isak.rings(within=LONG)
    assert not kjell.has_rung
    second = await kjell.rings(within=LONG)
    await first.until_ended(within=LONG)
    await second.answer()
    await caller.talks_to(second, within=LONG)
    await caller.hangup()
    await second.until_ended(within=LONG)

    talking = await isak.call("81209")
    taken = await ingrid.rings(within=LONG)
    await taken.answer()
    await talking.talks_to(taken, within=LONG)
    rung_before = len(isak.offered)
    again = await world.citizen("0980319233", dials=IN_TURN)
    second = await kjell.rings(within=LONG)
    await second.answer()
    await again.talks_to(second, within=LONG)
    assert len(isak.offered) == rung_before


async def test_the_stand_in_of_a_stand_in_answers_and_rings_its_members_in_turn(world: World) -> None:
    """G3. Nobody belongs to Receptionen, all of Överförmyndaren are away, and Biståndsenheten rings in turn."""
    pia, roger = await world.phone(PIA), await world.phone(ROGER)
    caller = await world.citizen("0980319235", dials=RECEPTION)
    first = await pia.rings(within=LONG)
    assert not roger.has_rung
    second = await roger.rings(within=LONG)
    await first.until_ended(within=LONG)
    await second.answer()
    await caller.talks_to(second, within=LONG)
    assert "så Biståndsenheten svarar i stället (G3)" in await world.explanation(caller)


async def test_departments_that_stand_in_for_each_other_are_rung_once_and_then_an_operator(
    world: World,
) -> None:
    """G3."""
    carl, ulla = await world.phone(CARL), await world.phone(ULLA)
    await world.given_operator(ULLA)
    caller = await world.citizen("0980319236", dials=ROADS)
    await (await carl.rings(within=LONG)).until_ended(within=LONG)
    await comes_back(world, caller, ulla, "ÅTER Gata och park: svarar ej")
    assert len(carl.offered) == 1


async def test_a_confidential_call_stays_so_at_the_substitute_and_never_follows_them_to_a_mobile(
    world: World,
) -> None:
    """Maria's department is confidential. Fredrik, her substitute, has forwarded his phone to Elsa's mobile."""
    fredrik = await world.phone(FREDRIK)
    await given_substitute(world, MARIA, FREDRIK)
    await world.given_forwarding(FREDRIK, ELSAS_MOBILE)
    caller = await world.citizen("0980319234", dials="0980319213")
    offered = await chooses(world, caller, "2", "två för Fredrik Ståhl, noll för telefonisten")
    assert "mobilnumret" not in offered
    line = await fredrik.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    assert "M4" in (await world.story(caller)).rules
    await nobody_outside_was_rung(world)


async def test_a_confidential_call_rings_the_phones_of_a_group_and_not_its_mobile(world: World) -> None:
    carl, maria = await world.phone(CARL), await world.phone(MARIA)
    calling = await maria.call(ON_CALL)
    line = await carl.rings(within=LONG)
    await line.answer()
    await calling.talks_to(line, within=LONG)
    assert "M4" in (await world.story(calling)).rules
    await nobody_outside_was_rung(world)


async def given_substitute(world: World, who: str, substitute: str) -> None:
    """They are away, and name that substitute."""
    await world.given_absent(who, substitute=str(world.person(substitute).id))


async def chooses(world: World, caller: SipletLine, key: str, words: str) -> str:
    """Wait for these words of the referral, then press the key. All the words that were spoken."""
    offered = await world.commanded(caller, words, within=LONG)
    await caller.press(key)
    return offered.words
