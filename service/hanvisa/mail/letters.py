"""What a mail about a message says: Swedish first, then English. Pure."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from hanvisa.calls.ports import Letter
from hanvisa.policy.mail_addresses import recipients
from hanvisa.policy.messages import decide_mail
from hanvisa.policy.model import Text
from hanvisa.policy.numbers import display
from hanvisa.policy.swedish_time import LOCAL


def compose(
    letter: Letter, *, sender: str, code: str, sound: bytes | None, at: datetime, hidden: bool = False
) -> EmailMessage:
    """``code`` is what is dialled to hear messages, "" where there is none; ``sound`` is a WAV file.

    ``hidden``: the caller's number is protected, and stands nowhere in it (M1: mails are read, and sent on, by others).
    Of a confidential message neither the caller nor the sound is in it (M4): mails are read on mobiles.

    Raises ValueError for an address that is none.
    """
    told = decide_mail(confidential=letter.confidential).allowed
    caller = (_PROTECTED if hidden else _caller(letter.caller)) if told else None
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = recipients(*letter.addresses)
    mail["Subject"] = _subject(letter, caller).sv
    mail["Date"] = format_datetime(at)
    # The same for each try: where a mail is sent twice all the same, the reader's program can tell.
    mail["Message-ID"] = f"<{letter.id}.{'reminder' if letter.reminder else 'message'}@hanvisa>"
    mail["Auto-Submitted"] = "auto-generated"
    has_sound = told and sound is not None
    said = _said(letter, caller, code=code, has_sound=has_sound)
    mail.set_content(f"{said.sv}\n\n-- \n{_subject(letter, caller).en}\n\n{said.en}\n")
    if has_sound and sound is not None:
        name = f"meddelande-{_moment(letter.left_at).replace(' ', '-').replace(':', '')}.wav"
        mail.add_attachment(sound, maintype="audio", subtype="wav", filename=name)
    return mail


def _subject(letter: Letter, caller: Text | None) -> Text:
    who = Text(sv=f" från {caller.sv}", en=f" from {caller.en}") if caller else Text(sv="", en="")
    if letter.reminder:
        return Text(sv=f"Påminnelse: meddelande{who.sv}", en=f"Reminder: a message{who.en}")
    return Text(sv=f"Nytt meddelande{who.sv}", en=f"A new message{who.en}")


def _said(letter: Letter, caller: Text | None, *, code: str, has_sound: bool) -> Text:
    left, due = _moment(letter.left_at), _moment(letter.due_at)
    who = caller or Text(sv="någon", en="somebody")
    whom = "er" if letter.shared else "dig"
    lines = [Text(sv=f"Hej {letter.name},", en=f"Hello {letter.name},"), Text("", "")]
    lines.append(
        Text(
            sv=f"{left} lämnade {who.sv} ett meddelande till {whom}. Det ska besvaras senast {due}.",
            en=f"At {left} a message was left for you by {who.en}. It is to be answered by {due}.",
        )
    )
    if caller is None:
        lines.append(_CONFIDENTIAL)
    elif letter.text:
        lines += [Text("", ""), Text(letter.text, letter.text), Text("", "")]
    elif letter.recording is None:
        lines.append(_RING_BACK)
    elif has_sound:
        lines.append(_ATTACHED)
    if code:
        lines.append(
            Text(
                sv=f"Slå {code}# på din telefon för att höra det, ringa upp (5) och markera det som besvarat (7).",
                en=f"Dial {code}# on your phone to hear it, to call back (5) and to mark it as answered (7).",
            )
        )
    return Text(sv="\n".join(line.sv for line in lines), en="\n".join(line.en for line in lines))


def _caller(number: str) -> Text:
    if not number:
        return Text(sv="hemligt nummer", en="a withheld number")
    return Text(sv=display(number), en=display(number))


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL):%Y-%m-%d %H:%M}"


_PROTECTED = Text(sv="skyddat nummer", en="a protected number")
_CONFIDENTIAL = Text(
    sv="Det omfattas av sekretess, och kan bara höras på telefonen.",
    en="It is confidential, and can only be heard on the phone.",
)
_RING_BACK = Text(sv="Den som ringde vill bli uppringd.", en="The caller wants to be called back.")
_ATTACHED = Text(sv="Ljudet är bifogat.", en="The sound is attached.")
