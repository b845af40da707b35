"""Persons are told of extracts by a real mail server, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest

from hanvisa.ids import new_id
from hanvisa.lab.post_office import PostOffice, open_post
from hanvisa.mail.extracts import ExtractNotices
from hanvisa.mail.smtp import MailServer
from hanvisa.policy.extracts import OwedNotice
from hanvisa.testing import FakeClock

FEBRUARY, MARCH = datetime(2026, 1, 31, 23, tzinfo=UTC), datetime(2026, 2, 28, 23, tzinfo=UTC)


def notice(address: str = "anna@kommunen.test") -> OwedNotice:
    return OwedNotice(new_id(), address, "Anna", "eva.lind", "olof.ask", FEBRUARY, MARCH)


@dataclass
class Owed:
    notices: list[OwedNotice] = field(default_factory=list)

    async def owed_notices(self, _: datetime) -> list[OwedNotice]:
        return list(self.notices)

    async def told(self, id_: UUID, _: datetime) -> None:
        self.notices = [one for one in self.notices if one.extract_id != id_]


@pytest.fixture
async def post() -> AsyncIterator[PostOffice]:
    async with open_post(PostOffice()) as office:
        yield office


async def test_a_person_is_told_who_asked_and_who_approved(post: PostOffice) -> None:
    owed = Owed([notice()])
    server = MailServer("127.0.0.1", post.port, starttls=False)
    notices = ExtractNotices(owed, server, FakeClock(), sender="hanvisa@kommunen.test")
    post.refuses_with = "451 Later"
    await notices.send_owed()
    assert owed.notices
    post.refuses_with = ""
    await notices.send_owed()
    await notices.send_owed()
    [mail] = post.mails
    assert mail["To"] == "anna@kommunen.test"
    said = mail.get_content()
    for part in ("2026-02-01 00:00 – 2026-03-01 00:00", "eva.lind", "olof.ask", "An itemised extract"):
        assert part in said


@pytest.mark.parametrize("address", ["anna\nBcc: alla@kommunen.test", "().b@x"])
async def test_an_address_that_is_none_keeps_nobody_else_waiting(post: PostOffice, address: str) -> None:
    bad, good = notice(address), notice()
    owed = Owed([bad, good])
    server = MailServer("127.0.0.1", post.port, starttls=False)
    await ExtractNotices(owed, server, FakeClock(), sender="hanvisa@kommunen.test").send_owed()
    assert [mail["To"] for mail in post.mails] == [good.address]
    assert owed.notices == [bad]
