"""The mails that the service sends, as the settings have them."""

from __future__ import annotations

from hanvisa.calls.ports import Clock, Directory
from hanvisa.config import Settings
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.coverage import AlarmLetters
from hanvisa.directory.repositories.details import DetailsRequests
from hanvisa.directory.repositories.letters import Letters
from hanvisa.directory.repositories.unreferred import UnreferredLetters
from hanvisa.directory.tables import CoverageAlarmRow
from hanvisa.mail.alarms import AlarmMails
from hanvisa.mail.details import DetailsMails
from hanvisa.mail.outbox import MailOutbox
from hanvisa.mail.smtp import MailServer
from hanvisa.mail.unreferred import UnreferredMails
from hanvisa.nightly import Nightly
from hanvisa.policy.facts import CodeAction
from hanvisa.policy.numbers import NumberPlan
from hanvisa.policy.protected_numbers import hidden
from hanvisa.policy.unreferred import UnreferredLimits
from hanvisa.run_time import in_force
from hanvisa.web.origin import DETAILS, OWN_PAGE, origin


def mail_outbox(
    settings: Settings,
    server: MailServer,
    letters: Letters,
    directory: Directory,
    clock: Clock,
) -> MailOutbox:
    def code() -> str:
        codes = directory.register.codes_of(CodeAction.LISTEN_TO_MESSAGES)
        return codes[0].code if codes else ""

    def is_protected(number: str) -> bool:
        return hidden(number, directory.register, NumberPlan()) is not None

    return MailOutbox(
        letters,
        server,
        clock,
        sender=settings.smtp_from,
        state=settings.state,
        code=code,
        is_protected=is_protected,
    )


def alarm_mails(settings: Settings, server: MailServer, database: Database, clock: Clock) -> AlarmMails:
    """Woken by every alarm that is raised."""
    mails = AlarmMails(AlarmLetters(database, clock.now), server, clock, sender=settings.smtp_from)

    async def wake(tables: frozenset[str]) -> None:
        if CoverageAlarmRow.__tablename__ in tables:
            mails.wake()

    database.listen(wake)
    return mails


def telling_of_unreferred(
    settings: Settings, server: MailServer, database: Database, directory: Directory, clock: Clock
) -> Nightly:
    def limits() -> UnreferredLimits:
        now = in_force(settings, directory.register.settings.rows)
        return UnreferredLimits(now.unreferred_person, now.unreferred_manager, now.unreferred_days)

    def code() -> str:
        codes = directory.register.codes_of(CodeAction.SET_ABSENCE)
        return codes[0].code if codes else ""

    letters = UnreferredLetters(database, clock.now, limits)
    mails = UnreferredMails(
        letters, server, clock, sender=settings.smtp_from, page=origin(settings) + OWN_PAGE, code=code
    )
    return Nightly("unreferred", clock, settings.purge_at, mails.send_owed)


def asking_for_details(
    settings: Settings, server: MailServer, database: Database, directory: Directory, clock: Clock
) -> Nightly:
    def every() -> int:
        return in_force(settings, directory.register.settings.rows).details_every

    letters = DetailsRequests(database, clock.now, every, settings.details_link)
    page = origin(settings) + DETAILS
    mails = DetailsMails(letters, server, clock, sender=settings.smtp_from, page=page)
    return Nightly("details", clock, settings.purge_at, mails.send_owed)
