"""A form as it stands: what was typed, what stood there when it was shown, and what is wrong with it.

Only what differs is sent, so that nobody writes over what another has changed. Where somebody has all the same, what
they changed comes in, and what one has typed oneself stays typed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hanvisa.policy.model import Text
from hanvisa.web.forms import read_form
from hanvisa.web.pages.admin.inputs import NOTHING, Input, Typed, Widget
from hanvisa.web.pages.admin.unread import Unread
from hanvisa.web.pages.rendering import Page
from hanvisa.web.problems import CHANGED, Problem

_FILL_IN = Text(sv="fyll i det här", en="fill this in")


@dataclass(frozen=True)
class Form:
    """``version`` is the ETag of what is changed, "" of what is new. ``problem`` is of no field.

    ``overtaken`` says that somebody else has made a change since it was shown, ``meanwhile`` of which inputs.
    """

    inputs: tuple[Input, ...]
    typed: Mapping[str, Typed]
    was: Mapping[str, Typed] = field(default_factory=dict)
    version: str = ""
    faults: Mapping[str, tuple[Text, ...]] = field(default_factory=dict)
    problem: Problem | None = None
    overtaken: bool = False
    meanwhile: tuple[Input, ...] = ()

    @classmethod
    def of(cls, inputs: tuple[Input, ...], shown: Any, version: str | None) -> Form:
        """What there is."""
        written = {one.name: one.written(shown) for one in inputs}
        return cls(inputs, written, written, version or "")

    @classmethod
    async def sent(cls, page: Page, inputs: tuple[Input, ...]) -> Form:
        """What somebody sends."""
        given = await read_form(page.request)
        typed = {one.name: tuple(map(str, given.getall(one.name, []))) for one in inputs}
        return cls(inputs, typed, _remembered(str(given.get("was", ""))), str(given.get("version", "")))

    @property
    def remembered(self) -> str:
        """What stood there, for when it is sent. A password never stands there."""
        return json.dumps(dict(self.was), ensure_ascii=False)

    @property
    def if_match(self) -> str:
        return f'"{self.version}"'

    def first(self, name: str) -> str:
        return self.typed.get(name, NOTHING)[0] if self.typed.get(name) else ""

    def body(self) -> dict[str, Any]:
        """What is new, or differs from what stood there. Raises :class:`Faulty`."""
        body: dict[str, Any] = {}
        faults: dict[str, tuple[Text, ...]] = {}
        for one in self.inputs:
            typed = self.typed.get(one.name, NOTHING)
            if not self._counts(one, typed):
                continue
            try:
                body |= self._read(one, typed)
            except Unread as unread:
                faults[one.name] = (unread.what,)
        if faults:
            raise Faulty(replace(self, faults=faults))
        return body

    def refused(self, problem: Problem) -> Form:
        """With each fault beside its field; what is of no field stands above."""
        names = {one.name for one in self.inputs}
        faults: dict[str, tuple[Text, ...]] = {}
        for fault in problem.faults:
            name = fault.where.partition(".")[0]
            name = "target" if name == "kind" and "target" in names else name
            if name in names:
                faults[name] = (*faults.get(name, ()), fault.what)
        return replace(self, faults=faults, problem=None if faults else problem)

    def merged(self, shown: Any, version: str | None) -> Form:
        """After somebody else's change: theirs where nothing was typed here."""
        now = {one.name: one.written(shown) for one in self.inputs}
        typed = {
            name: now[name] if self._same(name, self.typed.get(name, NOTHING)) else self.typed[name]
            for name in now
        }
        meanwhile = tuple(one for one in self.inputs if not self._same(one.name, now[one.name]))
        return replace(self, typed=typed, was=now, version=version or "", overtaken=True, meanwhile=meanwhile)

    def _counts(self, one: Input, typed: Typed) -> bool:
        if self.version:
            return not self._same(one.name, typed)
        return one.required or one.widget is Widget.FLAG or any(part.strip() for part in typed)

    def _same(self, name: str, typed: Typed) -> bool:
        return _lines(typed) == _lines(self.was.get(name, NOTHING))

    def _read(self, one: Input, typed: Typed) -> dict[str, Any]:
        value = one.read(typed)
        if one.required and value in (None, "", []):
            raise Unread(_FILL_IN)
        if one.widget is Widget.TARGET:
            return {"kind": typed[0].partition(":")[0], "target": value}
        return {one.name: value}


async def overtaken(page: Page, path: str, form: Form, problem: Problem) -> Form:
    """The form after somebody else's change to what is there, to be looked at and saved once more.

    Raises the problem where it is another.
    """
    if problem.kind is not CHANGED:
        raise problem
    now = await page.api.ask("GET", path, {})
    return form.merged(now.body, now.etag)


_Remembered = TypeAdapter(dict[str, Typed])


def _remembered(was: str) -> dict[str, Typed]:
    """What is none of ours is nothing: all that was typed differs from it."""
    try:
        return _Remembered.validate_json(was)
    except ValidationError:
        return {}


class Faulty(Exception):  # noqa: N818 - a form that is faulty
    def __init__(self, form: Form) -> None:
        super().__init__()
        self.form = form


def _lines(typed: Iterable[str]) -> list[str]:
    """Browsers send their own ends of lines; an input without anything is as one with an empty text."""
    parts = [part.replace("\r\n", "\n").strip() for part in typed]
    return parts if any(parts) else []
