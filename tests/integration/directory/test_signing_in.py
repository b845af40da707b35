"""Accounts, wrong passwords and refusals as they are kept, on both databases; two instances agree."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from hanvisa.directory.auditing import SYSTEM, Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.audit import Audit, Refusal
from hanvisa.directory.repositories.signing_in import Sessions, SignInTries
from hanvisa.directory.repositories.tokens import Tokens
from hanvisa.directory.repositories.users import RoleGiven, UserFields, Users
from hanvisa.directory.tables import OperationRow, PersonRow, SignInTriesRow
from hanvisa.errors import Conflict, InvalidInput, NotFound
from hanvisa.ids import new_id
from hanvisa.policy.sign_in import SignInLimits
from hanvisa.web.finding import find_by_session, find_by_token
from hanvisa.web.principals import Principal

NOW = datetime(2026, 8, 5, 8, tzinfo=UTC)
BY = Actor("admin", None, "192.0.2.1")
LIMITS = SignInLimits()
IDLE = timedelta(hours=2)
SECOND = timedelta(seconds=1)


async def operation(database: Database) -> RoleGiven:
    async with database.reading() as session:
        id_ = await session.scalar(select(OperationRow.id).order_by(OperationRow.id))
    assert id_ is not None
    return RoleGiven("head", "operation", id_)


async def test_a_user_is_kept_with_roles_and_every_change_is_another_version(demo: Database) -> None:
    users = Users(demo)
    head = await operation(demo)
    made = await users.create(UserFields("ny", None, frozenset({head})), "$argon2id$", BY)
    assert made == await users.get(made.id)
    assert (made.has_password, made.version) == (True, 1)
    fields = UserFields("ny", None, frozenset({RoleGiven("admin")}))
    changed = await users.change(made.id, fields, 1, BY)
    assert (changed.fields, changed.version) == (fields, 2)
    with pytest.raises(Conflict):
        await users.change(made.id, fields, 1, BY)
    with pytest.raises(Conflict):
        await users.create(UserFields("ny"), None, BY)
    with pytest.raises(InvalidInput, match="there is no operation"):
        await users.create(
            UserFields("annan", None, frozenset({RoleGiven("head", "operation", new_id())})), None, BY
        )
    ended = await users.end(made.id, NOW, 2, BY)
    assert ended.ended_at == NOW
    assert await users.credentials("ny") is None
    assert made.id not in {one.id for one in await users.list()}
    trail = await Audit(demo).list(by="admin", address="192.0.2.1")
    assert {(one.action, one.table) for one in trail} == {
        ("created", "users"),
        ("created", "role_assignments"),
        ("deleted", "role_assignments"),
        ("changed", "users"),
    }
    assert "argon2" not in str(trail)


async def test_two_admins_at_once_one_of_them_is_told(demo: Database, other: Database) -> None:
    made = await Users(demo).create(UserFields("ny"), None, BY)
    changes = [
        Users(database).change(made.id, UserFields(name), 1, BY)
        for database, name in ((demo, "första"), (other, "andra"))
    ]
    done = await asyncio.gather(*changes, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Conflict", "UserRecord"]


async def by_session(database: Database, hash_: str, now: datetime) -> Principal | None:
    return await find_by_session(database, hash_, now, IDLE)


async def test_sessions_and_tokens_let_in_until_they_end(demo: Database) -> None:
    user = await Users(demo).create(UserFields("ny"), None, BY)
    ends = NOW + timedelta(hours=1)
    token = await Tokens(demo).create(user.id, "prov", "t" * 64, at=NOW, expires_at=ends, by=BY)
    session = await Sessions(demo).begin(user.id, "s" * 64, NOW, ends, BY)
    for find, hash_ in ((find_by_token, "t" * 64), (by_session, "s" * 64)):
        found = await find(demo, hash_, ends - SECOND)
        assert found is not None
        assert (found.name, found.ends_at, found.session is None) == ("ny", ends, find is find_by_token)
        assert await find(demo, hash_, ends) is None
        assert await find(demo, "x" * 64, NOW) is None
    other = await Users(demo).create(UserFields("annan"), None, BY)
    with pytest.raises(NotFound):
        await Sessions(demo).end(session, other.id, NOW, BY)
    assert await by_session(demo, "s" * 64, NOW)
    await Sessions(demo).end(session, user.id, NOW, BY)
    await Tokens(demo).revoke(token.id, NOW, token.version, BY)
    assert await find_by_session(demo, "s" * 64, NOW, IDLE) is None
    assert await find_by_token(demo, "t" * 64, NOW) is None
    with pytest.raises(NotFound):
        await Sessions(demo).end(new_id(), user.id, NOW, BY)


async def test_a_session_is_open_as_long_as_it_is_used(demo: Database, other: Database) -> None:
    user = await Users(demo).create(UserFields("ny"), None, BY)
    ends = NOW + timedelta(days=1)
    session = await Sessions(demo).begin(user.id, "s" * 64, NOW, ends, BY)
    assert await by_session(demo, "s" * 64, NOW + IDLE - SECOND)
    assert await by_session(demo, "s" * 64, NOW + IDLE) is None
    used = NOW + IDLE / 2
    await asyncio.gather(*(Sessions(one).use(session, used, NOW) for one in (demo, other)))
    await Sessions(demo).use(session, used + SECOND, NOW)
    [open_] = await Sessions(other).open_of(user.id, used + SECOND, NOW)
    assert (open_.used_at, open_.address) == (used, BY.address), "the first one counts, until it is old"
    assert await by_session(demo, "s" * 64, NOW + IDLE)
    await Sessions(demo).end_all(user.id, used, BY)
    assert await Sessions(other).open_of(user.id, used, NOW) == []


async def test_a_new_password_signs_out(demo: Database) -> None:
    user = await Users(demo).create(UserFields("ny"), None, BY)
    await Sessions(demo).begin(user.id, "s" * 64, NOW, NOW + timedelta(hours=1), BY)
    await Users(demo).set_password(user.id, "$argon2id$", NOW, None, BY)
    assert await find_by_session(demo, "s" * 64, NOW, IDLE) is None


async def test_two_instances_agree_on_wrong_passwords(demo: Database, other: Database) -> None:
    here, there = SignInTries(demo, LIMITS), SignInTries(other, LIMITS)
    at = NOW
    for number in range(LIMITS.account):
        assert await (here, there)[number % 2].begin("siv", "192.0.2.1", at) is None
        at += timedelta(seconds=64)
    for tries in (here, there):
        assert await tries.begin("siv", "192.0.2.9", at) == at - timedelta(seconds=64) + LIMITS.locked
        assert await tries.begin("tor", "192.0.2.1", at) is None
    await there.forgive("siv")
    assert await here.begin("siv", "192.0.2.1", at) is None


async def test_of_many_tries_at_once_none_is_free(demo: Database, other: Database) -> None:
    """Each is counted before it is made: a hundred guesses in one moment are as few as one after another."""
    tries = [SignInTries(database, LIMITS) for database in (demo, other)]
    begun = await asyncio.gather(
        *(tries[number % 2].begin("siv", f"192.0.2.{number}", NOW) for number in range(20))
    )
    assert len([again for again in begun if again is None]) == 3


async def test_a_right_password_begins_anew_and_the_old_is_forgotten(demo: Database) -> None:
    tries = SignInTries(demo, LIMITS)
    for _ in range(3):
        await tries.begin("siv", "192.0.2.1", NOW)
    assert await tries.begin("siv", "192.0.2.1", NOW) == NOW + SECOND
    await tries.right("siv", "192.0.2.1")
    assert await tries.begin("siv", "192.0.2.1", NOW) is None
    async with demo.reading() as session:
        rows = dict((await session.execute(select(SignInTriesRow.kind, SignInTriesRow.wrong))).all())
    assert rows == {"account": 1, "address": 3}
    await tries.begin("tor", "192.0.2.9", NOW + LIMITS.locked)
    async with demo.reading() as session:
        names = set(await session.scalars(select(SignInTriesRow.name)))
    assert names == {"tor", "192.0.2.9"}


async def test_a_refusal_is_kept_without_telling_the_register(demo: Database) -> None:
    await Audit(demo).refused(Refusal("GET /api/v1/users", {"status": 403}, BY))
    [entry] = await Audit(demo).list(action="refused")
    assert (entry.by, entry.address, entry.table, entry.after) == (
        "admin",
        "192.0.2.1",
        "requests",
        {"status": 403},
    )
    assert await Audit(demo).get(entry.id) == entry
    assert not await Audit(demo).list(action="refused", until=entry.at)
    assert await Audit(demo).list(action="refused", since=entry.at) == [entry]


async def test_whoever_has_left_is_let_in_no_more_whatever_their_account_says(demo: Database) -> None:
    async with demo.reading() as session:
        person = await session.scalar(select(PersonRow.id).limit(1))
    user = await Users(demo).create(UserFields("ny", person), "$argon2id$", BY)
    ends = NOW + timedelta(hours=1)
    await Tokens(demo).create(user.id, "prov", "t" * 64, at=NOW, expires_at=ends, by=BY)
    await Sessions(demo).begin(user.id, "s" * 64, NOW, ends, BY)
    assert await Users(demo).credentials("ny") is not None
    assert await find_by_token(demo, "t" * 64, NOW) is not None
    async with demo.changing(SYSTEM) as session:
        (await session.get_one(PersonRow, person)).ended_at = NOW
    assert await Users(demo).credentials("ny") is None
    assert await find_by_token(demo, "t" * 64, NOW) is None
    assert await find_by_session(demo, "s" * 64, NOW, IDLE) is None
    with pytest.raises(InvalidInput):
        await Users(demo).named("ny")
