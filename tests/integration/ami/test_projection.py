"""AstDB and the phones of a real Asterisk follow the register."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from uuid import UUID, uuid5

import pytest
import pytest_asyncio

from hanvisa.ami.fakes import Relay
from hanvisa.ami.manager import Manager, Timing
from hanvisa.ami.phones import Phones
from hanvisa.ami.projection import Projection
from hanvisa.calls.prompts import Prompt
from hanvisa.lab.waiting import until
from hanvisa.policy.facts import CallingClass, Extension, Person, Phone, TargetKind
from hanvisa.policy.model import Language
from hanvisa.policy.register import Register, Table
from hanvisa.testing import FakeClock
from integration.fallback.fallback_world import (
    ANNA,
    BO,
    Melodies,
    World,
    absence,
    id_of,
    make_register,
    running_world,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Files:
    """Names a file for every prompt and makes none."""

    def __init__(self) -> None:
        self.asked = 0

    async def announce_file(self, prompt: Prompt, language: Language, at: datetime) -> str:  # noqa: ARG002 - the protocol's
        self.asked += 1
        return f"/sounds/{abs(hash((prompt, language)))}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running() -> AsyncIterator[World]:
    async with running_world() as world:
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(running: World) -> AsyncIterator[World]:
    yield running
    await running.manager.db_del_tree("hanvisa")


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def projection(world: World, files: Files) -> Projection:
    return Projection(world.manager, files, FakeClock(datetime.now(UTC)), {})


async def test_what_is_left_over_is_removed(world: World, projection: Projection) -> None:
    await world.manager.db_put("hanvisa/absence/nobody", "1", "0&9999999999&x&y")
    await world.manager.db_put("hanvisa/old", "1", "x")
    await projection.project(make_register())
    tree = await world.manager.db_tree("hanvisa")
    assert "/hanvisa/absence/nobody/1" not in tree
    assert "/hanvisa/old/1" not in tree
    assert tree["/hanvisa/number/46980319201"] == f"person&{ANNA.id.hex}"
    assert tree[f"/hanvisa/absence/{BO.id.hex}/1"].count("&") == 3


async def test_an_absence_comes_and_goes(world: World, projection: Projection, files: Files) -> None:
    register = make_register()
    await projection.project(register)
    asked = files.asked
    new = absence(ANNA, timedelta(minutes=-1), None)
    await projection.project(register.replace(absences=(*register.absences.rows, new)))
    assert files.asked == asked + 2
    key = f"/hanvisa/absence/{ANNA.id.hex}/1"
    start, end, *_ = (await world.manager.db_tree("hanvisa"))[key].split("&")
    assert (int(start), int(end)) == (int(new.starts_at.timestamp()), 9999999999)
    await projection.project(register)
    assert key not in await world.manager.db_tree("hanvisa")


async def test_another_start_finds_it_done(world: World, projection: Projection, files: Files) -> None:
    register = make_register()
    await projection.project(register)
    before = await world.manager.db_tree("hanvisa")
    again = Projection(world.manager, files, FakeClock(datetime.now(UTC)), {})
    await again.project(register)
    assert await world.manager.db_tree("hanvisa") == before


async def test_what_a_digest_tells_of_is_not_read_back(
    world: World, projection: Projection, files: Files
) -> None:
    """Of a hundred thousand persons that takes long. A family whose writing was broken off has no digest."""
    register = make_register()
    await projection.project(register)
    numbers = await world.manager.db_tree("hanvisa/number")
    await world.manager.db_put("hanvisa/number", "46980319201", "person&wrong")
    await Projection(world.manager, files, FakeClock(datetime.now(UTC)), {}).project(register)
    assert await world.manager.db_tree("hanvisa/number") != numbers
    await world.manager.db_del("hanvisa/digest", "number")
    await Projection(world.manager, files, FakeClock(datetime.now(UTC)), {}).project(register)
    assert await world.manager.db_tree("hanvisa/number") == numbers


async def test_an_entry_too_long_keeps_out_no_other(world: World, projection: Projection) -> None:
    register = make_register()
    many_phones = [
        Phone(id_of(f"x{n}"), f"a-long-name-of-a-phone-{n}", id_of("hallefors"), ANNA.id) for n in range(60)
    ]
    await projection.project(register.replace(phones=many_phones))
    tree = await world.manager.db_tree("hanvisa")
    assert f"/hanvisa/phones/{ANNA.id.hex}/1" not in tree
    assert "/hanvisa/number/46980319201" in tree


async def test_changes_wait_for_an_asterisk_that_is_away(world: World, files: Files) -> None:
    register = make_register()
    async with Relay(world.settings.ami_port) as relay:
        secret = json.loads((world.settings.state / "secrets.json").read_text())["ami"]
        timing = Timing(action=0.5, ping_every=0.1, first_delay=0.05, longest_delay=0.1)
        manager = Manager(relay.port, secret, timing=timing)
        projection = Projection(manager, files, FakeClock(datetime.now(UTC)), {})
        running = asyncio.create_task(projection.run())
        await manager.start()
        await manager.until_connected(5)
        relay.half_open()
        projection.request(register)
        await until(lambda: not manager.connected, what="the silence noticed")
        relay.half_open(False)

        async def written() -> bool:
            return "/hanvisa/sentence/goodbye" in await world.manager.db_tree("hanvisa")

        await until(written, what="the register written")
        assert not running.done()
        running.cancel()
        await asyncio.wait([running])
        await manager.stop()


async def test_ten_thousand_persons(world: World, projection: Projection) -> None:
    register = many(10_000)
    started = process_time()
    await projection.project(register)
    whole = process_time() - started
    assert len(await world.manager.db_tree("hanvisa/phones")) == 20_000
    one_more = register.replace(absences=(absence(ANNA, timedelta(0), None),))
    started = process_time()
    await projection.project(one_more)
    assert process_time() - started < whole / 5


async def test_phones_are_read_without_touching_a_live_call(world: World) -> None:
    register = make_register()
    await world.project(register)
    world.spoken = Melodies(world.settings.state / "sounds")
    phones = Phones(world.settings.state, world.manager)
    assert not await phones.publish(register, CallingClass.NATIONAL)
    anna = await world.phone(ANNA)
    caller = await world.carrier.call("0980319201")
    line = await anna.rings()
    await line.answer()
    await caller.until_up()
    shared = Phone(id_of("lobby"), "hallefors-lobby", id_of("hallefors"))
    register = register.replace(phones=(*register.phones.rows, shared))
    assert await phones.publish(register, CallingClass.NATIONAL)
    assert "hallefors-lobby" in await world.manager.command("pjsip show endpoints")
    await caller.talks_to(line)
    await world.at_rest()


async def test_files_are_the_owners_alone(world: World) -> None:
    await world.project(make_register())
    for path in ("secrets.json", "asterisk/etc/pjsip_phones.conf"):
        assert (Path(world.settings.state) / path).stat().st_mode & 0o777 == 0o600


def many(count: int) -> Register:
    register = make_register()
    namespace = UUID(int=7)
    persons = [
        replace(ANNA, id=uuid5(namespace, str(n)), family_name=f"Nummer {n}", department_id=id_of("planning"))
        for n in range(count)
    ]

    def phone(n: int, person: Person) -> Phone:
        return Phone(uuid5(namespace, f"phone{n}"), f"p-{n}", id_of("hallefors"), person.id)

    return replace(
        register,
        persons=Table(tuple(persons)),
        phones=Table(tuple(phone(n, person) for n, person in enumerate(persons))),
        extensions=Table(
            tuple(
                Extension(f"{n:05}", id_of("hallefors"), TargetKind.PERSON, person.id)
                for n, person in enumerate(persons)
            )
        ),
    )
