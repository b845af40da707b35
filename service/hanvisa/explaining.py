"""A kept call in words, with the names that the register has now."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hanvisa.calllog.entry import CallEntry
from hanvisa.calllog.explain import tell_story
from hanvisa.calllog.story import Story, lines
from hanvisa.calls.decisions import decide_again
from hanvisa.calls.ports import Directory
from hanvisa.config import Settings
from hanvisa.directory.existing import existing_database
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.errors import NotFound
from hanvisa.policy.model import Language, Text

_NAMED = frozenset({"persons", "departments", "organisations", "switchboards"})
_NO_CALL = Text(
    sv="Det finns inget samtal {call}. GET /api/v1/calls visar dem som är sparade.",
    en="There is no call {call}. GET /api/v1/calls lists those that are kept.",
)


def story_of(entries: Sequence[CallEntry], language: Language, directory: Directory) -> Story:
    """A call in words, decided again from the facts that were kept, with the names that the register has now."""
    return tell_story(entries, language, redecide=decide_again, name_of=lambda id_: _name(directory, id_))


async def explain_call(settings: Settings, call_id: str, language: Language) -> str:
    """The story of a call that has been kept. Raises NotFound and StorageError."""
    async with existing_database(settings.database_url) as database:
        directory = SnapshotDirectory(database)
        await directory.refresh(_NAMED)
        entries = await CallRecords(database).entries(call_id)
        if not entries:
            raise NotFound(_NO_CALL.in_(language).format(call=call_id))
        story = story_of(entries, language, directory)
        return "\n".join((story.summary, "", *lines(story)))


def _name(directory: Directory, id_: str) -> str | None:
    register = directory.register
    try:
        key = UUID(id_)
    except ValueError:
        return None
    person = register.person(key)
    named = person or register.department(key) or register.organisation(key) or register.switchboard(key)
    return named.name if named else None
