"""Somebody at the forms of the administration, without a browser: what stands in one is sent as a browser would."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from aiohttp import ClientResponse, FormData
from yarl import URL

from unit.web.pages.visiting import Visitor
from unit.web.town import Town

ADMIN = {"role": "admin"}


async def signed_in(town: Town, person: str, *roles: dict[str, object]) -> Visitor:
    """In English."""
    visitor = await Visitor.known(town, person, *roles)  # type: ignore[arg-type] # a scope is an object
    await visitor.signs_in()
    await visitor.post("/language", language="en", to="/")
    return visitor


@dataclass
class _Reader(HTMLParser):
    """What a browser would send of a form, by the name of its method's attribute."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    _select: str = ""
    _area: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "input" if given.get("name") and (
                given.get("type") not in ("checkbox", "radio", "file") or "checked" in given
            ):
                self.fields.append((given["name"], given.get("value", "")))
            case "select":
                self._select = given["name"]
            case "option" if "selected" in given:
                self.fields.append((self._select, given["value"]))
            case "textarea":
                self._area = (given["name"], "")

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area = (self._area[0], self._area[1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            self.fields.append(self._area)
            self._area = None


def form_in(page: str) -> list[tuple[str, str]]:
    """The fields of the page's form with what stands in them."""
    reader = _Reader()
    _, _, after = page.partition('class="fields"')
    form, _, _ = after.partition("</form>")
    reader.feed("<form " + form)
    return reader.fields


async def send(
    visitor: Visitor, method: str, path: str, fields: list[tuple[str, str]], **typed: str | list[str]
) -> ClientResponse:
    """The form, with what is typed in it."""
    data = FormData()
    for name, value in fields:
        if name not in typed:
            data.add_field(name, value)
    for name, values in typed.items():
        for value in [values] if isinstance(values, str) else values:
            data.add_field(name, value)
    headers = {"X-CSRF-Token": await visitor.csrf(), "HX-Request": "true"}
    return await visitor.town.client.request(
        method, URL(path, encoded=True), data=data, headers=headers, allow_redirects=False
    )
