"""Somebody who looks at the pages of the tests' town, without a browser."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import ClientResponse
from yarl import URL

from unit.web.town import Town, answer, id_of

PASSWORD = "not a secret of anybody"  # noqa: S105


@dataclass
class Visitor:
    town: Town
    name: str

    @classmethod
    async def known(cls, town: Town, person: str, *roles: dict[str, object]) -> Visitor:
        """Somebody of the town with an account (``person``@kommunen.test), who has not signed in yet."""
        name = f"{person}@kommunen.test"
        account = {"name": name, "password": PASSWORD, "person": str(id_of(person)), "roles": list(roles)}
        await answer(await town.ask("POST", "/users", account), 201)
        return cls(town, name)

    @property
    def base(self) -> str:
        return str(self.town.client.make_url("")).rstrip("/")

    async def get(self, path: str, headers: dict[str, str] | None = None) -> ClientResponse:
        return await self.town.client.get(URL(path, encoded=True), headers=headers, allow_redirects=False)

    async def page(self, path: str) -> str:
        came = await self.get(path)
        assert came.status == 200, (came.status, await came.text())
        return await came.text()

    async def post(self, path: str, headers: dict[str, str] | None = None, **form: str) -> ClientResponse:
        return await self.town.client.post(
            URL(path, encoded=True), data=form, headers=headers, allow_redirects=False
        )

    async def signs_in(self) -> None:
        came = await self.post("/sign-in", name=self.name, password=PASSWORD)
        assert came.status == 303, await came.text()

    async def csrf(self) -> str:
        """What a change with the cookie brings along."""
        session = await answer(await self.get("/api/v1/session"), 200)
        return str(session["csrf"])
