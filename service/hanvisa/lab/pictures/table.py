"""Which pictures there are: a new page is one entry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from playwright.async_api import Page  # which ./dev docs is without

Before: TypeAlias = "Callable[[Page], Awaitable[None]]"


@dataclass(frozen=True, slots=True)
class Picture:
    """``who`` is a user of the demo directory, "" somebody who has not signed in. ``before`` is done on the page first.

    What is in braces in the address is named by :mod:`.furnishing`.
    """

    name: str
    address: str
    who: str
    what: str
    before: Before | None = None
    is_dark: bool = False
    is_narrow: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """Of docs/pages.md. ``text`` tells those who use the pages what they do there."""

    title: str
    text: str
    pictures: tuple[Picture, ...]


async def _sought(page: Page) -> None:
    await page.get_by_role("searchbox").press_sequentially("anna s")
    await page.get_by_role("radio").first.wait_for()
    await page.get_by_label("Vad är misstanken?").fill("Många och långa samtal till utlandet på kvällarna.")


async def _found(page: Page) -> None:
    await page.locator("[name=q]").press_sequentially("anna s")
    await page.locator("#found dl").first.wait_for()


CHAPTERS = (
    Chapter(
        "Signing in",
        "With a name and a password, or with the organisation's account where that is set up. Who follows a "
        "link to a page comes to that page after it. The language is chosen at the top of every page and "
        "remembered by the browser; light or dark is as the computer has it.",
        (Picture("sign-in", "/sign-in", "", "The page on which everybody begins"),),
    ),
    Chapter(
        "The switchboard",
        "For operators. Who waits, since when and for which organisation; their own calls, held and parked "
        "ones; whom a caller seeks, as one types, with the note that who is away has left for the operators. "
        "Every button has its key. A transfer that the policy refuses says by which rule, and what is allowed "
        "instead is one key away. What changes anywhere shows by itself.",
        (
            Picture(
                "switchboard",
                "/switchboard",
                "ulla.brandt",
                "The console, with somebody sought",
                before=_found,
            ),
            Picture("switchboard-dark", "/switchboard", "ulla.brandt", "The same in the dark", is_dark=True),
        ),
    ),
    Chapter(
        "My page",
        "For everybody. An absence in two clicks, with what callers will hear of it, in words and sound; the "
        "week; messages; forwarding with what is left of the month; one's own details. *Where I am signed in*"
        " ends each of one's sessions or all, and changes the password.",
        (
            Picture("me", "/me", "elsa.hedstrom", "One's own page", is_narrow=True),
            Picture("sign-ins", "/me/sign-ins", "elsa.hedstrom", "Where one is signed in"),
        ),
    ),
    Chapter(
        "Departments",
        "For telephone managers and heads. The coming weeks, with the days on which a department would be "
        "empty (G3) before they come; a department's week person by person; the training list (T1), notices "
        "(T2), and details to be put right (S2).",
        (Picture("departments", "/departments", "elsa.hedstrom", "The coming weeks"),),
    ),
    Chapter(
        "Calls",
        "A call's page says in a paragraph what happened and why, and then step by step, with the rule and "
        "the reason of every decision, and lets one hear what was played.",
        (
            Picture("calls", "/calls", "admin", "The calls"),
            Picture("rules", "/rules", "admin", "The rules, in words"),
        ),
    ),
    Chapter(
        "Follow-up",
        "For heads and cost-centre managers (F1), who see what is theirs, and administrators, who see all. "
        "*Follow-up* has the key figure of every report for a month, with the month before beside it. A "
        "report's page has its chart, the same figures as a table, and its files: to print (PDF) and for a "
        "spreadsheet (CSV). *Rows* leads from a figure to what it is made of. What is chosen stays in the "
        "address, to be kept and sent on.",
        (
            Picture("follow-up", "/follow-up?{month}", "admin", "Every report's key figure"),
            Picture(
                "report",
                "/follow-up/unreferred-absences?{month}",
                "admin",
                "A report: chart, figures and files",
            ),
            Picture(
                "report-dark",
                "/follow-up/answer-times?{month}",
                "admin",
                "Another, in the dark",
                is_dark=True,
            ),
            Picture(
                "report-narrow",
                "/follow-up/unreferred-absences?{month}",
                "elsa.hedstrom",
                "A head's own figures, on a phone",
                is_narrow=True,
            ),
            Picture("rows", "/follow-up/refusals/rows?{month}", "admin", "What the figures are made of"),
        ),
    ),
    Chapter(
        "Extracts",
        "On suspicion of misuse an itemised extract of one person's calls can be asked for (F2): by an "
        "administrator, or by the head or telephone manager of the operation, with a reason. Somebody else "
        "approves or refuses it. Both may then see the calls until they are deleted; who has seen them, when "
        "and from where stands on the extract. The person is told later.",
        (
            Picture(
                "extracts", "/extracts", "elsa.hedstrom", "What has been asked for, and what is to be decided"
            ),
            Picture("extract-form", "/extracts/new", "bertil.akesson", "Asking for one", before=_sought),
            Picture("extract", "/extracts/{asked}", "elsa.hedstrom", "Approving or refusing it"),
            Picture("extract-calls", "/extracts/{approved}/traffic", "elsa.hedstrom", "The calls in it"),
        ),
    ),
    Chapter(
        "Administration",
        "For administrators; heads and telephone managers make exceptions for their own operation. An "
        "exception is shown with whom it touches before it is granted. The register has one list and one form"
        " for all of its kinds; imports show the difference before they are carried out; the audit trail is "
        "searched.",
        (
            Picture("exceptions", "/admin/exceptions", "admin", "The exceptions"),
            Picture("exception-form", "/admin/exceptions/new", "admin", "Granting one"),
            Picture("persons", "/admin/persons", "admin", "The people of the register"),
        ),
    ),
)
