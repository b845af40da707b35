"""Fields of the register's resources: numbers in any usual spelling, accounts, codes, words in both languages."""

from __future__ import annotations

import unicodedata
from typing import Annotated
from uuid import UUID

import phonenumbers
from pydantic import AfterValidator, Field, StringConstraints

from hanvisa.policy.mail_addresses import LONGEST, NO_MAIL_ADDRESS, PATTERN, is_mail_address
from hanvisa.policy.model import Text
from hanvisa.policy.timing import NEXT_WORKING_DAY
from hanvisa.web.fields import Dialled, Incoming, Line, Wrong


def composed(text: str) -> str:
    """In Unicode's composed form, so that å is one letter however it was written."""
    return unicodedata.normalize("NFC", text.strip())


def _e164(written: str) -> str:
    try:
        number = phonenumbers.parse(written, "SE")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise Wrong(
            Text(
                sv="är inget telefonnummer som finns; skriv det som 0980-31 92 01 eller +46980319201",
                en="is no telephone number that exists; write it as 0980-31 92 01 or +46980319201",
            )
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _mail_address(written: str) -> str:
    if not is_mail_address(written):
        raise Wrong(NO_MAIL_ADDRESS)
    return written


def _not_112(number: str) -> str:
    if number == "112":
        raise Wrong(Text(sv="är nödnumret", en="is the emergency number"))
    return number


Name = Annotated[Line, AfterValidator(composed)]
Number = Annotated[Dialled, AfterValidator(_e164)]
Extension = Annotated[
    str, StringConstraints(pattern=r"^[1-9][0-9]{2,4}$"), AfterValidator(_not_112), Field(examples=["201"])
]
Account = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60),
    Field(description="of the SIP account: small letters, digits, and - between them", examples=["nora-301"]),
]
PhoneCode = Annotated[str, StringConstraints(pattern=r"^[*#][0-9]{2,4}$"), Field(examples=["*23"])]
Prefix = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{1,4}$"),
    Field(description="dialled before an extension of another organisation"),
]
AreaCode = Annotated[str, StringConstraints(pattern=r"^0[0-9]{1,3}$"), Field(examples=["0980"])]
DefaultUntil = Annotated[
    str,
    StringConstraints(pattern=rf"^([1-9][0-9]{{0,3}}m|{NEXT_WORKING_DAY})$"),
    Field(description=f"how long where nobody says: minutes (30m) or {NEXT_WORKING_DAY}; null: by time_kind"),
]
Said = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
    ),
]
Email = Annotated[
    str,
    Field(max_length=LONGEST, json_schema_extra={"pattern": PATTERN}),
    AfterValidator(_mail_address),
]
Address = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
ExternalId = Annotated[Line, Field(description="by which imports know it (docs/import.md)")]


class Spoken(Incoming):
    """The same words in both languages, to be spoken."""

    sv: Said
    en: Said


class Member(Incoming):
    """A person, or a number, that rings with the group: an outside one, or a person's of ours."""

    person: UUID | None = None
    number: Number | None = None
