"""The phones of whoever a caller is parked for: a text on their displays, where the person is free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.policy.facts import CodeAction, Person
from hanvisa.policy.model import Text
from hanvisa.policy.numbers import display

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

_WITHHELD = Text(sv="hemligt nummer", en="a withheld number")


async def tell_phones(call: Call, person: Person) -> None:
    """Whom to pick up, and how. It comes as from the code itself: whoever calls it back has the caller."""
    codes = call.register.codes_of(CodeAction.PICK_UP)
    if not codes or call.house.live.is_engaged(person.id):
        return
    code, number = codes[0].code, call.callers_number
    text = Text(
        sv=f"Parkerad för dig: {display(number) if number else _WITHHELD.sv}. Hämta med {code}.",
        en=f"Parked for you: {display(number) if number else _WITHHELD.en}. Pick up with {code}.",
    ).in_(person.language)
    for phone in call.register.phones_of(person.id):
        await call.command(call.house.control.send_text(phone.account, text, code))
