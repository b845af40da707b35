"""The mails that the service sends, as the settings have them. None of them without a mail server."""

from __future__ import annotations

from hanvisa.calls.ports import Clock, Directory
from hanvisa.config import Settings, read_secret
from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.coverage import AlarmLetters
from hanvisa.directory.repositories.details import DetailsRequests
from hanvisa.directory.repositories.letters import Letters
from hanvisa.directory.tables import CoverageAlarmRow
from hanvisa.errors import ConfigurationError
from hanvisa.mail.alarms import AlarmMails
from hanvisa.mail.details import DetailsMails
from hanvisa.mail.outbox import MailOutbox
from hanvisa.mail.smtp import MailServer, trusting
from hanvisa.nightly import Nightly
from hanvisa.policy.facts import CodeAction
from hanvisa.run_time import in_force
from hanvisa.web.origin import DETAILS, origin


def mail_server(settings: Settings) -> MailServer | None:
    """None where none is set. Raises ConfigurationError when its password or a certificate is missing."""
    if not settings.smtp_host:
        return None
    password = settings.smtp_password
    if settings.smtp_user and not password:
        try:
            password = read_secret(settings.state, "smtp")
        except ConfigurationError as error:
            raise ConfigurationError(
                "HANVISA_SMTP_USER is set and has no password. Set HANVISA_SMTP_PASSWORD, or write it as “smtp” into "
                f"{settings.state / 'secrets.json'}."
            ) from error
    return MailServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_user,
        password,
        settings.smtp_starttls,
        trusting(settings.smtp_ca) if settings.smtp_ca else None,
    )


def mail_outbox(
    settings: Settings,
    server: MailServer | None,
    letters: Letters,
    directory: Directory,
    clock: Clock,
) -> MailOutbox | None:
    """None without a mail server."""
    if server is None:
        return None

    def code() -> str:
        codes = directory.register.codes_of(CodeAction.LISTEN_TO_MESSAGES)
        return codes[0].code if codes else ""

    return MailOutbox(letters, server, clock, sender=settings.smtp_from, state=settings.state, code=code)


def alarm_mails(
    settings: Settings, server: MailServer | None, database: Database, clock: Clock
) -> AlarmMails | None:
    """None without a mail server. Woken by every alarm that is raised."""
    if server is None:
        return None
    mails = AlarmMails(AlarmLetters(database, clock.now), server, clock, sender=settings.smtp_from)

    async def wake(tables: frozenset[str]) -> None:
        if CoverageAlarmRow.__tablename__ in tables:
            mails.wake()

    database.listen(wake)
    return mails


def asking_for_details(
    settings: Settings, server: MailServer | None, database: Database, directory: Directory, clock: Clock
) -> Nightly | None:
    """None without a mail server."""
    if server is None:
        return None

    def every() -> int:
        return in_force(settings, directory.register.settings.rows).details_every

    letters = DetailsRequests(database, clock.now, every, settings.details_link)
    page = origin(settings) + DETAILS
    mails = DetailsMails(letters, server, clock, sender=settings.smtp_from, page=page)
    return Nightly("details", clock, settings.purge_at, mails.send_owed)
