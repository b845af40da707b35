"""A made-up municipality, and how its numbers may be spelled: what the policy's unit tests share."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from hypothesis import strategies as st

from hanvisa.policy.facts import (
    Absence,
    AbsenceReason,
    Department,
    Extension,
    Mobile,
    Organisation,
    OutsideNumber,
    Person,
    PolicyException,
    ScopeKind,
    TargetKind,
    TimeKind,
    Window,
)
from hanvisa.policy.model import Text
from hanvisa.policy.numbers import NumberKind, NumberPlan, Reading
from hanvisa.policy.register import Register
from hanvisa.policy.transfer import JoinFacts, Via

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)  # a Wednesday, ten o'clock in Sweden
DAY = timedelta(days=1)
PLAN = NumberPlan()


def id_(number: int) -> UUID:
    return UUID(int=number)


HALLEFORS = Organisation(id_(1), "Hällefors kommun", prefix="81", area_code="0980")
NORA = Organisation(id_(2), "Nora kommun", prefix="82", area_code="0980")
OPERATION = id_(3)
DEPARTMENT = Department(id_(4), "Hemtjänsten", OPERATION, HALLEFORS.id)
OPERATOR = id_(5)
ANNA = Person(id_(6), "Anna", "Berg", DEPARTMENT.id, OPERATION, HALLEFORS.id)
MOBILE = "+46701740605"
MEETING = AbsenceReason(
    "1", Text("sammanträde", "meeting"), Text("är på sammanträde", "is in a meeting"), TimeKind.TIME
)
REGISTER = Register().replace(
    organisations=(HALLEFORS, NORA),
    departments=(DEPARTMENT,),
    persons=(ANNA,),
    mobiles=(Mobile(id_(7), ANNA.id, MOBILE),),
    extensions=(Extension("201", HALLEFORS.id, TargetKind.PERSON, ANNA.id),),
    numbers=(OutsideNumber("+46980319201", TargetKind.PERSON, ANNA.id),),
)


def exception(**changes: object) -> PolicyException:
    """One for everyone, in force for a day on either side of NOW."""
    fields: dict[str, object] = {
        "id": id_(90),
        "scope": ScopeKind.EVERYONE,
        "reason": "Storm",
        "granted_by": "admin",
        "starts_at": NOW - DAY,
        "ends_at": NOW + DAY,
    }
    return PolicyException(**{**fields, **changes})  # type: ignore[arg-type]  # the changes are fields


def absence(starts: timedelta, ends: timedelta | None, reason: AbsenceReason = MEETING) -> Absence:
    """Times from NOW."""
    return Absence(id_(91), ANNA.id, reason, NOW + starts, None if ends is None else NOW + ends)


# Spellings


mobiles = st.builds(lambda last: f"0701740{last}", st.integers(605, 699))
fixed = st.one_of(
    st.builds(lambda last: f"0980319{last}", st.integers(200, 299)),
    st.builds(lambda last: f"0846500{last}", st.integers(400, 499)),
    st.builds(lambda last: f"0313900{last}", st.integers(600, 699)),
    st.builds(lambda last: f"0406280{last}", st.integers(400, 499)),
)

_ZEROS = "0０٠۰०০𝟎𝟘"  # zero in scripts whose digits follow one another
_SEPARATORS = ["", " ", "-", "\u2011", "\u00a0", ".", "/", "(", ")", "\u200b", "\u202a"]


@st.composite
def spellings(draw: st.DrawFn, numbers: st.SearchStrategy[str]) -> str:
    """A number at home ("0701740605") in any spelling of docs/policy.md O2, combined."""
    national = draw(numbers)
    text = draw(
        st.sampled_from(
            [
                national,
                f"+46{national[1:]}",
                f"0046{national[1:]}",
                f"+46(0){national[1:]}",
                f"46{national[1:]}",
            ]
        )
    )
    text = draw(st.sampled_from(["", "0", "#31#", "*31#", "0#31#", "9519", "95190"])) + text
    zero = draw(st.sampled_from(_ZEROS))
    text = "".join(
        chr(ord(zero) + int(character)) if character in "0123456789" else character for character in text
    )
    text = "".join(character + draw(st.sampled_from(_SEPARATORS)) for character in text)
    if draw(st.booleans()):
        text = "".join(
            "".join(f"%{byte:02X}" for byte in character.encode()) if draw(st.booleans()) else character
            for character in text
        )
    scheme = draw(
        st.sampled_from(["{}", "tel:{}", "sip:{}@127.0.0.1", "<sip:{}@host;user=phone>", "TEL:{};isub=1"])
    )
    return scheme.format(text) + draw(
        st.sampled_from(["", ",1", ";ext=7"]) if "<" not in scheme else st.just("")
    )


# Facts


windows = st.builds(
    Window, st.lists(st.integers(1, 7), max_size=7).map(tuple), st.times(), st.times() | st.just(time())
)
moments = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis wants its bounds so
    max_value=datetime(2026, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
ids = st.integers(1, 12).map(id_)
readings = st.builds(
    Reading,
    st.sampled_from(NumberKind),
    st.none() | st.just(MOBILE) | st.text(max_size=12),
    st.none() | st.tuples(st.sampled_from(TargetKind), ids),
    st.booleans(),
)
exceptions = st.builds(
    PolicyException,
    id=ids,
    scope=st.sampled_from(ScopeKind),
    reason=st.text(max_size=5),
    granted_by=st.text(max_size=5),
    starts_at=moments,
    ends_at=moments,
    scope_id=st.none() | ids,
    number=st.none() | st.just(MOBILE),
    operators=st.none() | st.frozensets(ids, max_size=3),
    weekly=st.lists(windows, max_size=2).map(tuple),
    max_uses=st.none() | st.integers(0, 3),
    uses=st.integers(0, 3),
    revoked_at=st.none() | moments,
)
persons = st.builds(
    Person,
    id=ids,
    given_name=st.just("Anna"),
    family_name=st.just("Berg"),
    department_id=ids,
    operation_id=ids,
    organisation_id=ids,
    protected=st.booleans(),
    confidential=st.booleans(),
)
join_facts = st.builds(
    JoinFacts,
    at=moments,
    number=readings,
    touched=st.booleans(),
    touched_by=st.none() | ids,
    confidential=st.booleans(),
    target_confidential=st.booleans(),
    via=st.sampled_from(Via),
    person=st.none() | persons,
    exceptions=st.lists(exceptions, max_size=4).map(tuple),
    direct_number=st.none() | st.just("+46980319201") | st.text(max_size=8),
    mobile_protected=st.booleans(),
    forwarding_allowed=st.booleans(),
    sought=st.booleans(),
)
