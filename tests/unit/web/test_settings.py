"""Settings over REST: what admins change while the service runs, from when it counts, and what is kept of it."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest

from hanvisa.config import Settings
from hanvisa.directory.repositories.audit import Audit
from hanvisa.policy.facts import ChangedSetting
from hanvisa.run_time import NAMES, fault_of, in_force
from unit.web.test_exceptions import GRANT
from unit.web.town import Town, answer, problem

AT = "/settings/exception_longest"


async def changes(town: Town, value: Any, at: str = AT, if_match: str = "*") -> Any:
    return await answer(await town.ask("PATCH", at, {"value": value}, if_match=if_match), 200)


async def test_a_change_counts_for_the_next_question_and_is_kept_and_taken_back(town: Town) -> None:
    before = await town.ask("GET", AT)
    assert before.headers["ETag"] == '"0"'
    assert (await answer(before, 200))["value"] == 90
    changed = await changes(town, 3, if_match='"0"')
    assert (changed["value"], changed["given"]) == (3, 90)
    refused = await problem(await town.ask("POST", "/exceptions", GRANT), 422)
    assert refused["detail"].startswith("An exception lasts 3 days at most.")
    back = await changes(town, None, if_match='"1"')
    assert back["value"] == 90
    assert [(one["value"], one["by"]) for one in back["history"]] == [(None, "admin"), (3, "admin")]
    await answer(await town.ask("POST", "/exceptions", GRANT), 201)
    last, first = await Audit(town.database).list(table="settings", row_id="exception_longest")
    assert (first.action, first.after) == ("created", {"key": "exception_longest", "value": 3, "version": 1})
    assert (last.by, last.address) == ("admin", "127.0.0.1")
    assert (last.before, last.after) == ({"value": 3}, {"value": None})


async def test_of_several_who_change_one_at_once_the_first_has(town: Town) -> None:
    came = await asyncio.gather(
        *(town.ask("PATCH", AT, {"value": days}, if_match='"0"') for days in range(1, 6))
    )
    assert sorted(one.status for one in came) == [200, 412, 412, 412, 412]
    await problem(await town.ask("PATCH", AT, {"value": 7}), 428)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("exception_longest", 0),
        ("exception_longest", 10**9),
        ("exception_longest", "90"),
        ("exception_longest", True),
        ("exception_longest", 1.5),
        ("ring_person", 0),
        ("ring_person", 1e300),
        ("ring_person", math.nan),
        ("ring_person", "long"),
        ("operator_consults_mobile", "sometimes"),
        ("record_threats", 1),
    ],
)
async def test_a_value_that_won_t_do_is_refused(town: Town, key: str, value: Any) -> None:
    refused = await problem(await town.ask("PATCH", f"/settings/{key}", {"value": value}, if_match="*"), 422)
    assert refused["errors"][0]["where"].split(".")[0] == "value"
    assert (await town.get(f"/settings/{key}"))["history"] == []


async def test_what_is_the_machines_is_not_changed_here(town: Town) -> None:
    for key in ("web_port", "smtp_password", "keep_calls", "no_such"):
        await problem(await town.ask("PATCH", f"/settings/{key}", {"value": 1}, if_match="*"), 404)
    listed = {one["key"] for one in (await town.get("/settings?limit=200", who="head"))["items"]}
    assert listed == set(NAMES)
    await problem(await town.ask("PATCH", AT, {"value": 1}, who="head", if_match="*"), 403)
    await problem(await town.ask("GET", AT, who="operator"), 403)


async def test_they_come_page_by_page(town: Town) -> None:
    first = await town.get("/settings?limit=20")
    rest = await town.get(f"/settings?limit=20&cursor={first['next']}")
    assert [one["key"] for page in (first, rest) for one in page["items"]] == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_takes_its_own_default_and_says_what_it_is(name: str) -> None:
    field = Settings.model_fields[name]
    assert fault_of(name, field.default) is None
    assert field.description


def test_what_is_stored_and_no_longer_fits_counts_for_nothing() -> None:
    given = Settings()
    changed = [ChangedSetting("ring_person", -1), ChangedSetting("gone", 1), ChangedSetting("text_a_day", 2)]
    assert in_force(given, changed) == given.model_copy(update={"text_a_day": 2})
    assert in_force(given, []) is given
