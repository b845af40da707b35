"""The register is kept by API while calls go on: what is changed counts for the very next call."""

from e2e.support.switchboard import LONG
from e2e.support.world import World
from hanvisa.lab.waiting import until


async def test_a_phone_that_is_added_registers_and_is_rung_and_one_that_is_ended_is_not(
    world: World,
) -> None:
    """Asterisk has the phone without a restart, and the talks that are under way go on."""
    anna, elsa = await world.phone("hallefors-201"), await world.phone("hallefors-205")
    talk = await anna.call("205")
    elsas = await elsa.rings(within=LONG)
    await elsas.answer()
    await talk.talks_to(elsas, within=LONG)

    department = str(world.person("hallefors-201").department_id)
    organisation = str(world.person("hallefors-201").organisation_id)
    person = await world.api.post(
        "/persons", {"given_name": "Åsa", "family_name": "Ŋuorra", "department": department}
    )
    target = {"kind": "person", "target": person["id"]}
    extension = {"number": "298", "organisation": organisation, **target}
    phone = {"account": "hallefors-298", "organisation": organisation, "owner": person["id"]}
    await world.api.post("/extensions", extension)
    await world.api.post("/numbers", {"number": "0980-31 92 77", **target})
    await world.api.post("/phones", phone)

    async def known() -> bool:
        return "hallefors-298" in await world.system.asterisk.cli("pjsip show endpoints")

    await until(known, within=LONG, what="Asterisk knows the phone")
    asa = await world.phone("hallefors-298")
    caller = await world.citizen("0980319244", dials="0980319277")
    line = await asa.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    await talk.talks_to(elsas, within=LONG)
    await caller.hangup()
    await line.until_ended(within=LONG)

    await asa.unplug()
    await world.api.end(f"/persons/{person['id']}")
    gone = await world.citizen("0980319244", dials="0980319277")
    await gone.until_ended(within=LONG)

    async def forgotten() -> bool:
        return not await known()

    await until(forgotten, within=LONG, what="Asterisk has forgotten the phone")
