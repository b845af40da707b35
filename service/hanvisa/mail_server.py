"""The mail server as the settings have it."""

from __future__ import annotations

from hanvisa.config import Settings
from hanvisa.errors import ConfigurationError
from hanvisa.mail.smtp import MailServer, trusting
from hanvisa.passwords import read_secret


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
