"""docs/personal-data.md: what is kept of people, why, and how long, table by table."""

from __future__ import annotations

from collections.abc import Iterable

from hanvisa.config import Settings
from hanvisa.directory.personal.held import HELD

HEAD = """# What is kept of people

Made by `./dev docs` from `directory/personal/held.py`: change that, not this page. A test sees to it that no table with
something about people is missing.

## In the database

| table | what | why | how long |
|---|---|---|---|
"""
FILES = (
    ("`messages/`", "what callers have left", "as their rows; one that no row names a day"),
    ("`recordings/own/`", "names and greetings in people's own voices", "as their rows"),
    ("`sounds/`", "what is spoken, names among it", "while it is wanted, and {recordings} after"),
    (
        "`sounds/joined/`",
        "what was said several times of late, each as one file, names and numbers among it",
        "an hour or two after it was said last, while the service runs",
    ),
    ("`recordings/greetings/`", "greetings of mobiles, as evidence", "as their rows"),
    ("`recordings/threats/`", "threatening calls, as evidence", "for ever: it is for people to delete them"),
    (
        "`recordings/sv/`, `recordings/en/`",
        "phrases and names that people have read in",
        "until they are deleted",
    ),
    (
        "`asterisk/spool/recording/`",
        "recordings that could not be kept elsewhere",
        "{recordings}; those of threats for ever",
    ),
    (
        "`texts/`",
        "text messages to callers: number, and whose direct number they were told",
        "a day; 30 days where they were not sent, or nobody knows whether they were",
    ),
    ("`outbox/`", "what happened in calls", "until the database has it: seconds, or while it is away"),
    (
        "`hanvisa.sqlite.damaged-…`",
        "the database that a backup was put in the place of, for it was damaged",
        "until somebody removes it",
    ),
    (
        "`.hanvisa-backup-…`, `.hanvisa-restore-…`",
        "all that is in a backup, while it is made (beside its file) or put back",
        (
            "until that ends; after a kill until the next backup, restore or purge there, an hour later or more, or "
            "until whoever left it removes it, where that is another account (`purge.not_removed` in the log)"
        ),
    ),
    (
        "`secrets.json`",
        "passwords of phones, Asterisk, mail and calendars",
        "until they are changed; a person's calendar's as its row",
    ),
)
BETWEEN = """
"As a count" means that the row stays for follow-up, without names, numbers and sounds: when, where in the organisation,
how it ended, by which rules.

## In files

All lie in the state folder, for nobody but the service's own user to read. Asterisk runs as that user too, which need
not be root: as another it could read neither its configuration nor what it is to play.

| where | what | how long |
|---|---|---|
"""
TAIL = """
Backups have all of it, for as long as they are kept ([backup.md](backup.md)). The log has no numbers but their first
digits, no passwords and no tokens.

## How it is taken away

**Each night** at {purge_at} the service takes away what has been kept for as long as it may be, and logs how much of
each kind (`purge.done`); the audit trail has it as well. `hanvisa purge` does so at once, and with `--dry-run` it says
what it would be. The times are settings, each a hundred years at most. The record of a call that is marked as a threat
(`*29#`) is kept whole, with its recordings.

**On request**: `hanvisa remove-person ID` removes what is held on somebody who has left, or on a caller by their number
(`+46980319244`, in any spelling that begins with `+`): names, numbers, messages, text messages to them, recordings,
absences, accounts, extracts, and what happened in their calls. A text message to another in which they are named goes
when its time is over.
What is counted stays, without them: reports have the same figures as before. In a call with others those stay, and
when it went from one step to the next; what was heard, keyed and decided about goes. Forwardings to their number go, in
whatever spelling, and its place in groups; an exception for it stays, and is for no number. Who is in the register
still is ended first, in the source of the directory; so is a number that is, a mobile or one of ours: what leads to it
is its holder's. A removal that was broken off is carried out again, and takes what it left.

## How it is given out

`hanvisa export-person ID FILE` puts all that is held on somebody into a ZIP file that only its owner can read: their
rows as JSON, a file a table, text messages to them, and the sounds. `GET /api/v1/persons/{{id}}/held` gives the rows
to administrators, and to everybody their own (then without others' protected numbers). Both name others too, who rang
them or were rung.
A call to a number is whose number it was, however it was dialled.
What has a mobile's number in it is somebody's from the day on which the mobile was decided on, or who had it before
handed it over, until it was ended: the number may be another's before and after. Who changes a mobile's number in
place has it count from that day of decision on; end the mobile and register another. That holds for a removal as well.
Their own everybody has by who they are, never by a number (F2): of calls those that they rang, were sought in or
attended to, of messages those to them.
An extract of their calls that they are not to be told of yet (F2) is in neither. Of a message to others that they
have handled there is that they did, and when: what it says is not for them (M4).
"""

_UNITS = {"keep_recordings": "days", "keep_audit": "years"}


def page() -> str:
    """The whole document."""
    times = {
        name.removeprefix("keep_"): f"{field.default} {_UNITS.get(name, 'months')} (`HANVISA_{name.upper()}`)"
        for name, field in Settings.model_fields.items()
        if name.startswith("keep_")
    }
    times["purge_at"] = f"{Settings.model_fields['purge_at'].default:%H:%M} (`HANVISA_PURGE_AT`)"
    tables = ((f"`{held.table.__tablename__}`", held.what, held.why, held.kept) for held in HELD)
    return HEAD + _rows(tables, times) + BETWEEN + _rows(FILES, times) + TAIL.format(**times)


def _rows(rows: Iterable[tuple[str, ...]], times: dict[str, str]) -> str:
    return "".join(f"| {' | '.join(row)} |\n".format(**times) for row in rows)
