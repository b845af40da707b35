"""The settings that admins may change while the service runs (`/settings`), and what values they take.

They are the policy's limits and the times of calls. Addresses, secrets, and how long something is kept are the
machine's, and take a start.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import TypeAdapter, ValidationError

from hanvisa.config import Settings
from hanvisa.policy.facts import ChangedSetting

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

NAMES = (
    "ring_person",
    "ring_operator",
    "ring_in_turn",
    "queue_say_every",
    "wait_for_paused",
    "held_remind",
    "held_back",
    "callback_again",
    "camp_on",
    "unanswered_transfer",
    "whisper",
    "operator_consults_mobile",
    "exceptions_on_the_spot",
    "exception_longest",
    "forwarding_longest",
    "forwarding_days",
    "mobile_tone_after",
    "mobile_tone_every",
    "message_longest",
    "message_due",
    "unreferred_person",
    "unreferred_manager",
    "unreferred_days",
    "details_every",
    "may_call",
    "private_calls_fixed",
    "record_threats",
    "text_a_day",
    "recordings_a_day",
    "extract_longest",
    "extract_kept",
    "extract_tell",
)


def fault_of(name: str, value: Any) -> ErrorDetails | None:
    """What is wrong with the value, None when the setting takes it."""
    try:
        _takes(name).validate_python(value, strict=True)
    except ValidationError as error:
        return error.errors(include_url=False)[0]
    return None


def in_force(given: Settings, changed: Iterable[ChangedSetting]) -> Settings:
    """The settings as the service was started with them, and over them what has been changed since.

    A value that an earlier version stored, and that this one does not take, counts for nothing.
    """
    values = {
        one.key: one.value for one in changed if one.key in NAMES and fault_of(one.key, one.value) is None
    }
    return given.model_copy(update=values) if values else given


@cache
def _takes(name: str) -> TypeAdapter[Any]:
    field = Settings.model_fields[name]
    type_: Any = Annotated[field.annotation, field]
    return TypeAdapter(type_)
