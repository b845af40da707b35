"""Settings that are changed while the service runs: they count for the very next call and question."""

from __future__ import annotations

from typing import Any

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr

from hanvisa.config import Settings
from hanvisa.directory.repositories.settings import KeptSetting, KeptSettings
from hanvisa.policy.model import Text
from hanvisa.run_time import NAMES, fault_of
from hanvisa.web.etags import against_others, must_match
from hanvisa.web.fields import Incoming, ListQuery, Moment, Outgoing
from hanvisa.web.paging import page_of
from hanvisa.web.problems import invalid, not_found
from hanvisa.web.roles import Action
from hanvisa.web.routing import Answer, Ask, Route
from hanvisa.web.validation import told

Value = StrictBool | StrictInt | StrictFloat | StrictStr


class SettingShown(Outgoing):
    key: str
    value: Value
    given: Value = Field(
        description="as the service was started with it; what holds where nobody has changed it"
    )
    description: str


class SettingChanged(Outgoing):
    value: Value | None = Field(description="null: taken back")
    at: Moment
    by: str = Field(description="empty: no longer known")


class SettingKept(SettingShown):
    history: list[SettingChanged] = Field(description="the newest first")


class SettingList(Outgoing):
    items: list[SettingShown]
    next: str | None


class SettingChange(Incoming):
    value: Value | None = Field(description="null: as the service was started with it")


async def settings(ask: Ask[None, ListQuery]) -> Answer:
    page = page_of(NAMES, lambda key: (key,), ask.query.limit, ask.query.cursor)
    return Answer(SettingList(items=[SettingShown(**_told(ask, key)) for key in page.items], next=page.next))


async def read(ask: Ask[None, None]) -> Answer:
    return await _answer(ask, await _find(ask))


async def change(ask: Ask[SettingChange, None]) -> Answer:
    kept, value = await _find(ask), ask.body.value
    version = must_match(ask.if_match, kept.version)
    fault = None if value is None else fault_of(kept.key, value)
    if fault is not None:
        raise invalid("value", told(fault))
    with against_others():
        kept = await KeptSettings(ask.services.database).change(
            kept.key, value, version, ask.now, ask.who.actor
        )
    return await _answer(ask, kept)


async def _find(ask: Ask[Any, Any]) -> KeptSetting:
    key = ask.path["key"]
    if key not in NAMES:
        raise not_found(
            Text(
                sv="Den inställningen ändras inte här. Vilka som gör det står i /settings.",
                en="That setting is not changed here. Which are stands in /settings.",
            )
        )
    return await KeptSettings(ask.services.database).get(key)


async def _answer(ask: Ask[Any, Any], kept: KeptSetting) -> Answer:
    changes = await KeptSettings(ask.services.database).history(kept.key)
    history = [SettingChanged(value=one.value, at=one.at, by=one.by) for one in changes]
    return Answer(SettingKept(**_told(ask, kept.key), history=history), etag=str(kept.version))


def _told(ask: Ask[Any, Any], key: str) -> dict[str, Any]:
    return {
        "key": key,
        "value": getattr(ask.services.settings, key),
        "given": getattr(ask.services.given, key),
        "description": Settings.model_fields[key].description,
    }


ROUTES = (
    Route(
        "GET",
        "/settings",
        Action.READ_SETTINGS,
        settings,
        "Settings that are changed while the service runs, by their names",
        query=ListQuery,
        reply=SettingList,
    ),
    Route(
        "GET",
        "/settings/{key}",
        Action.READ_SETTINGS,
        read,
        "One setting, and how it has been changed",
        reply=SettingKept,
        etag=True,
    ),
    Route(
        "PATCH",
        "/settings/{key}",
        Action.CHANGE_SETTINGS,
        change,
        "Change a setting: it counts at once, and at the next start",
        body=SettingChange,
        reply=SettingKept,
        if_match=True,
        etag=True,
    ),
)
