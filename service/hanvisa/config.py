"""The settings, frozen: with `hanvisa.whereabouts` the only reader of the environment (HANVISA_*)."""

from __future__ import annotations

import os
import re
from datetime import time
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from hanvisa.errors import ConfigurationError
from hanvisa.variables import unknown
from hanvisa.whereabouts import PREFIX, ByName, Port, Whereabouts, from_json, read

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_DIVIDES = frozenset(',&|^;?:$"\\()[]{}\n')  # as asterisk-conf/provisioning/configuration.py has them
_NODE = re.compile(r"[a-z][a-z0-9]{1,7}")


class Settings(Whereabouts):
    """Every setting, with defaults that work on one machine.

    With ``base_port`` all ports derive from it, unless set one by one: SIP +0, ARI +1, AMI +2, web +3, the
    carrier's +4, FastAGI +5, RTP +100 to +499. Times are seconds.
    """

    model_config = SettingsConfigDict(extra="forbid")

    language: Literal["sv", "en"] = "sv"

    asterisk_root: Path | None = Field(
        default=None, description="root file system with Asterisk; default: the one that provision makes"
    )

    sip_host: str = "127.0.0.1"
    sip_port: Port = 5060
    sip_tls_port: Port | None = Field(
        default=None, description="where phones register over TLS (docs/phones.md); none: nowhere"
    )
    sip_tls_certificate: Path | None = Field(
        default=None,
        description="the certificate that phones are shown, with those that issued it: a PEM file",
    )
    sip_tls_key: Path | None = Field(default=None, description="its key, a PEM file without a password")
    sip_srtp: Literal["offered", "required"] = Field(
        default="offered",
        description="with such a port: whether phones may speak without SRTP, or are refused (112 too)",
    )
    ami_port: Port = 5038
    agi_port: Port = 4573
    node: str = Field(default="", description="the name of the one on this machine")
    web_url: str = Field(
        default="", description="where people reach the web: https://… behind a proxy; default: host and port"
    )
    web_proxies: str = Field(
        default="",
        description="addresses of proxies, with commas between, whose X-Forwarded-For says who asks",
    )
    session_hours: int = Field(default=12, ge=1, le=720, description="how long a sign-in lasts")
    session_idle: float = Field(
        default=7200.0, ge=60, le=2592000, description="how long a sign-in lasts in which nothing is done"
    )
    token_days: int = Field(default=365, ge=1, le=3650, description="the longest that a token lasts")
    sign_in_tries: int = Field(
        default=10, ge=3, le=1000, description="wrong passwords in a row that lock an account"
    )
    sign_in_tries_address: int = Field(
        default=100,
        ge=3,
        le=100000,
        description="wrong passwords in a row that lock an address (of IPv6 its /64), which many may share",
    )
    sign_in_locked: float = Field(
        default=900.0, gt=0, le=604800, description="how long an account or address is locked"
    )
    oidc_issuer: str = Field(
        default="",
        description="whose accounts people may sign in with (OpenID Connect); none: passwords only",
    )
    oidc_client: str = Field(default="", description="what we are called there")
    oidc_password: SecretStr = Field(
        default=SecretStr(""), description="our password there; none: a public client"
    )
    oidc_claim: str = Field(
        default="sub",
        description="what of its ID token is a user's name here: sub, email, preferred_username …",
    )
    extract_longest: int = Field(default=92, ge=1, le=3650, description="days that an extract may cover (F2)")
    extract_kept: int = Field(default=90, ge=1, le=3650, description="days that an extract's content is kept")
    extract_tell: int = Field(
        default=30, ge=0, le=3650, description="days after which a person is told of an extract; 0: never"
    )
    phone_tries: int = Field(
        default=20,
        ge=3,
        le=1000,
        description="phones' wrong passwords from an address that shut it out (docs/access.md)",
    )
    phone_shut_out: float = Field(
        default=900.0, gt=0, le=604800, description="how long it is shut out, and a quiet one remembered"
    )
    carrier_host: str = "127.0.0.2"
    carrier_port: Port = 5060
    rtp_first: Port = 10000
    rtp_last: Port = 10799

    ring_person: float = Field(default=20.0, gt=0, le=600, description="a person's phones")
    ring_in_turn: float = Field(
        default=15.0, gt=0, le=600, description="each member of a group or department that rings in turn"
    )
    ring_operator: float = Field(default=12.0, gt=0, le=600, description="an operator's phone")
    whisper: Literal["several", "always", "never"] = Field(
        default="several",
        description="who is told the organisation before a caller is put through: operators with several numbers",
    )
    wrap_up: float = Field(
        default=0.0, ge=0, le=3600, description="after a call, in which an operator is offered nobody"
    )
    queue_say_every: float = Field(
        default=45.0,
        gt=0,
        le=3600,
        description="how often callers who wait are told their place in the queue",
    )
    wait_for_paused: float = Field(
        default=300.0,
        ge=0,
        le=86400,
        description="how long callers wait for an operator who has paused, when no other is there",
    )
    rtp_timeout: int = Field(
        default=60,
        gt=0,
        le=3600,
        description="an operator's phone that sends nothing in a call is dead after",
    )
    qualify_every: int = Field(
        default=30, gt=0, le=3600, description="how often an operator's phone is asked whether it is there"
    )
    held_remind: float = Field(
        default=60.0, gt=0, le=3600, description="when an operator is reminded of a caller on hold"
    )
    held_back: float = Field(
        default=120.0, gt=0, le=3600, description="when a caller on hold goes back to the head of the queue"
    )
    callback_again: float = Field(
        default=300.0, gt=0, le=86400, description="when a caller who left a number is tried again"
    )
    key_wait: float = Field(default=4.0, ge=0, le=60, description="how long a caller has to choose a way on")
    keying: float = Field(
        default=3.0,
        gt=0,
        le=60,
        description="how long a caller has for each digit of a number before they are asked again",
    )
    log_linger: float = Field(
        default=1.0,
        ge=0,
        le=60,
        description="how long steps of calls are gathered before they are stored, in a rush five times as long",
    )
    operator_consults_mobile: Literal["refuse", "allow"] = Field(
        default="refuse", description="whether an operator with a caller may ring a mobile (O2)"
    )
    unanswered_transfer: Literal["referral", "recall"] = Field(
        default="referral", description="what becomes of a caller whom an operator sent on and nobody answers"
    )
    camp_on: float = Field(
        default=120.0, gt=0, le=3600, description="how long a caller waits for a busy person"
    )
    camp_on_retry: float = Field(
        default=10.0, gt=0, le=3600, description="how often a phone is tried that is busy by itself"
    )
    mobile_tone_after: float = Field(default=300.0, gt=0, le=86400, description="into a talk with a mobile")
    mobile_tone_every: float = Field(default=300.0, gt=0, le=86400, description="after the first tone")
    message_longest: int = Field(
        default=120, ge=1, le=3600, description="how long a caller may speak in a message"
    )
    message_silence: int = Field(default=5, ge=1, le=60, description="of a caller, that ends their message")
    message_due: int = Field(
        default=2, ge=1, le=60, description="working days within which a message is to be handled"
    )
    message_reminder: int = Field(
        default=1, ge=0, le=60, description="working days after which a person is reminded of a message"
    )
    smtp_host: str = Field(default="", description="the mail server; none: no mails")
    smtp_port: Port = 25
    smtp_user: str = Field(default="", description="none: without logging in")
    smtp_password: str = Field(
        default="", repr=False, description="default: “smtp” in the state folder's secrets.json"
    )
    smtp_from: str = "hanvisa@localhost"
    smtp_ca: Path | None = Field(
        default=None, description="certificates that may have issued the mail server's, besides the machine's"
    )
    smtp_starttls: bool = Field(default=True, description="send to a server that encrypts, or not at all")
    unreferred_person: int = Field(
        default=3,
        ge=1,
        le=1000,
        description="calls that met an unreferred absence which are put to the person",
    )
    unreferred_manager: int = Field(
        default=6, ge=1, le=1000, description="such calls to one person that are put to the telephone manager"
    )
    unreferred_days: int = Field(
        default=10, ge=1, le=250, description="working days within which they are counted"
    )
    details_every: int = Field(
        default=180, ge=1, le=3650, description="days after which a person is to confirm their details again"
    )
    details_link: int = Field(
        default=30,
        ge=1,
        le=365,
        description="days that a mail's link to do so holds; then they are asked again",
    )
    forwarding_longest: int = Field(
        default=5, ge=1, le=366, description="days that a forwarding to a mobile may last"
    )
    forwarding_days: int = Field(
        default=10, ge=0, le=31, description="days of a month with a phone forwarded to a mobile"
    )
    exception_longest: int = Field(
        default=90, ge=1, le=3650, description="days that an exception to O2 may last"
    )
    greeting_every: int = Field(
        default=180, ge=1, le=3650, description="days after which a mobile's greeting is checked"
    )
    greeting_from: time = Field(
        default=time(9), description="on working days, from when mobiles are rung for it"
    )
    greeting_to: time = Field(default=time(15), description="until when")
    greeting_ring: float = Field(
        default=40.0, gt=0, le=600, description="how long a mobile is rung to check its greeting"
    )
    greeting_at_once: int = Field(
        default=2, ge=1, le=100, description="how many mobiles are rung at once to do so"
    )
    calendar_every: float = Field(
        default=30.0, gt=0, le=86400, description="how often calendars are asked whether they have changed"
    )
    calendar_days: int = Field(default=60, ge=1, le=400, description="how far ahead calendars are read")
    calendar_at_once: int = Field(default=8, ge=1, le=100, description="how many calendars are asked at once")
    calendar_networks: str = Field(
        default="",
        description="networks of your own, with commas between, where calendars may be; none: on the internet alone",
    )
    calendar_words: ByName = Field(
        default={
            "möte": "1",
            "konferens": "1",
            "utbildning": "2",
            "resa": "4",
            "ledig": "7",
            "vacation": "6",
            "vab": "10",
            "hemarbete": "11",
        },
        description="words that begin a calendar event, and the code of their reason, besides reasons' names; JSON",
    )
    calendar_private: str = Field(
        default="3", description="the code of the reason of events that are private, or out of office"
    )
    calendar_unnamed: str = Field(
        default="", description="the code of the reason of busy events that name none; none: no absence"
    )
    ldap_url: str = Field(
        default="",
        description="ldaps:// or ldap:// of a directory with the persons (docs/ldap.md); none: none",
    )
    ldap_user: str = Field(default="", description="the name (DN) to log in with; none: without")
    ldap_password: SecretStr = Field(
        default=SecretStr(""), description="default: “ldap” in the state folder's secrets.json"
    )
    ldap_base: str = Field(default="", description="below which the persons are: dc=example,dc=org")
    ldap_filter: str = Field(default="(objectClass=person)", description="which entries are persons")
    ldap_attributes: ByName = Field(
        default={
            "id": "employeeID",
            "given_name": "givenName",
            "family_name": "sn",
            "department": "department",
            "title": "title",
            "email": "mail",
        },
        description="the columns of persons.csv, and the attributes that have them; JSON",
    )
    ldap_departments: ByName = Field(
        default={}, description="departments as they are named there, and their ids in departments.csv; JSON"
    )
    ldap_every: float = Field(default=3600.0, gt=0, le=604800, description="how often it is read")
    ldap_most_ended: int = Field(
        default=10, ge=0, le=100, description="percent of the persons that one reading may end without asking"
    )
    ldap_starttls: bool = Field(default=True, description="ask at ldap:// only where it encrypts")
    ldap_ca: Path | None = Field(
        default=None, description="certificates that may have issued the directory's, besides the machine's"
    )
    invoice_columns: str = Field(
        default="",
        description="which columns of the carrier's invoice are which: number=Abonnemang, at=Datum",
    )
    record_threats: bool = Field(
        default=False, description="record talks that are marked as a threat (docs/decisions.md), as evidence"
    )
    keep_calls: int = Field(
        default=13,
        ge=3,
        le=1200,
        description="months that it is kept who took part in a call, and what happened in it",
    )
    keep_recordings: int = Field(
        default=30, ge=1, le=36500, description="days that a handled message, or a useless recording is kept"
    )
    keep_greetings: int = Field(
        default=13, ge=1, le=1200, description="months that the greetings of mobiles are kept as evidence"
    )
    keep_absences: int = Field(
        default=13, ge=3, le=1200, description="months that absences and forwardings are kept that are over"
    )
    keep_left: int = Field(default=13, ge=0, le=1200, description="months that it is kept who has left")
    keep_audit: int = Field(
        default=5, ge=1, le=100, description="years that changes are kept, and exceptions that are over"
    )
    purge_at: time = Field(default=time(3, 15), description="when what is not kept is taken away each night")
    may_call: Literal["inside", "national", "abroad", "premium"] = Field(
        default="national",
        description="where neither the person nor their department has a class of their own",
    )
    private_prefix: str = Field(
        default="*9*",
        pattern="^[0-9*#]*[*#][0-9*#]*$",  # of digits alone it could begin an extension
        description="dialled before the number of a private call; with a * or # in it",
    )
    private_calls_fixed: Literal["itemised", "marked", "refused"] = Field(
        default="itemised",
        description="private calls from fixed phones: with an itemised invoice, all of them marked, or none (P1)",
    )
    text_url: str = Field(
        default="", description="the gateway for text messages (docs/texts.md); none: they are not offered"
    )
    text_token: SecretStr = Field(
        default=SecretStr(""), description="the gateway's; for Basic: user:password"
    )
    text_token_file: Path | None = Field(default=None, description="where the token is in a file")
    text_template: str = Field(
        default="json", description="how the gateway wants a message: json, 46elks, twilio, or a file's path"
    )
    text_from: str = Field(default="", description="what is shown as the sender: a number or a short name")
    text_a_day: int = Field(
        default=5, ge=1, le=1000, description="messages to one number: the caller's may be forged"
    )
    recordings_a_day: int = Field(
        default=20, ge=1, le=1000, description="names and greetings that one person has recorded"
    )
    exceptions_on_the_spot: bool = Field(
        default=False,
        description="let operators make an exception to O2 for the one call that they have (docs/decisions.md)",
    )
    outside_prefix: str = Field(default="0", pattern="^[0-9]*$")
    outside_prefix_required: bool = False

    @property
    def proxies(self) -> frozenset[str]:
        return frozenset(address.strip() for address in self.web_proxies.split(",")) - {""}

    @property
    def own_calendar_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return _networks(self.calendar_networks)

    def ari_of(self, node: str) -> str:
        """Where the node's ARI is; of the one Asterisk where there are no nodes."""
        return f"http://{self.nodes[node]}:{urlsplit(self.ari_url).port}" if self.nodes else self.ari_url

    def ami_of(self, node: str) -> str:
        """The host of the node's AMI."""
        return self.nodes[node] if self.nodes else _LOOPBACK[0]

    @field_validator("calendar_words", "ldap_attributes", "ldap_departments", mode="before")
    @classmethod
    def _from_json(cls, given: Any) -> Any:
        return from_json(given)

    @field_validator("state")
    @classmethod
    def _is_played_from(cls, given: Path) -> Path:
        """The dialplan's fallback plays from there. What makes Asterisk's configuration refuses the same."""
        if divides := _DIVIDES.intersection(str(given)):
            raise ValueError(
                f"it has {' '.join(sorted(divides))} in it, at which the dialplan divides: callers would hear nothing"
            )
        return given

    @field_validator("ari_url")
    @classmethod
    def _on_this_machine(cls, given: str) -> str:
        """Whoever reaches ARI has every call in their hands, and its password goes over it in the clear."""
        parts = urlsplit(given)
        if parts.hostname not in _LOOPBACK or parts.port == 0:  # or a ValueError, of a port that is none
            raise ValueError("ARI is spoken with on this machine alone: http://127.0.0.1 and its port")
        return given

    @field_validator("calendar_networks")
    @classmethod
    def _are_networks(cls, given: str) -> str:
        _networks(given)
        return given

    @field_validator("nodes")
    @classmethod
    def _share(cls, given: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        """Asterisk's ids begin with the name (`hanvisa.ids.node_of`)."""
        if not all(_NODE.fullmatch(name) for name in given):
            raise ValueError("a node's name is two to eight small letters and digits, a letter first: n1")
        shared = info.data.get("database_url", "").startswith("postgresql") and info.data.get("proxy")
        if given and not shared:
            raise ValueError(f"several nodes need {PREFIX}PROXY, and PostgreSQL as {PREFIX}DATABASE_URL")
        return given

    @field_validator("node")
    @classmethod
    def _is_one_of_them(cls, given: str, info: ValidationInfo) -> str:
        if given and given not in info.data.get("nodes", {}):
            raise ValueError(f"it is none of {PREFIX}NODES")
        return given


def _networks(written: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Raises ValueError."""
    return tuple(ip_network(one.strip()) for one in written.split(",") if one.strip())


def read_settings() -> Settings:
    """The settings as the environment has them.

    Raises:
        ConfigurationError: a variable's value won't do, or it is no setting; the message has a line for each.
    """
    given = (name for name in os.environ if name.upper().startswith(PREFIX))
    wrong = unknown(given, [f"{PREFIX}{name.upper()}" for name in Settings.model_fields])
    try:
        settings = read(Settings)
    except ConfigurationError as error:
        wrong.append(str(error))
    if wrong:
        raise ConfigurationError("\n".join(wrong))
    return settings
