"""Uses of exceptions (O2): a step takes all that let it through at once, or none where any part of it is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from hanvisa.calls.decisions import ConsultFacts, decide, tell
from hanvisa.policy.model import Decision
from hanvisa.policy.transfer import NO_MOBILE, JoinFacts

if TYPE_CHECKING:
    from hanvisa.calls.call import Call
    from hanvisa.calls.state import Leg

Question = JoinFacts | ConsultFacts


@dataclass(frozen=True, slots=True)
class Answers:
    """The decisions of a step's questions, in their order; where one is refused it is the last."""

    decisions: tuple[Decision, ...]

    @property
    def decision(self) -> Decision:
        """The refusal, else the last that an exception let through, else that nothing needed one."""
        by_exception = [one for one in self.decisions if not one.allowed or one.exception is not None]
        return [NO_MOBILE, *self.decisions[-1:], *by_exception][-1]

    @property
    def exceptions(self) -> tuple[UUID | None, ...]:
        return tuple(one.exception for one in self.decisions)


class PartyGone(Exception):  # noqa: N818 - it is an event of the call, not a fault
    """Somebody without whom the step comes to nothing has hung up while its uses were taken, which are given back."""


async def ask(
    call: Call, questions: Sequence[Question], parties: Collection[Leg], taken: UUID | None = None
) -> Answers:
    """Decide all that a step asks; when all of it is let through a use of each exception is taken, one for the step.

    ``parties`` are those who must be there for it to come to anything. ``taken`` is the exception whose use was taken
    before, for what is asked here. Raises PartyGone.
    """
    lost: frozenset[UUID] = frozenset()
    while True:
        had = [*call.uses_left, *([taken] if taken is not None else [])]
        asked = [_of_exceptions_left(one, had, lost) for one in questions]
        answers = Answers(tuple(_until_refused(asked)))
        wanted = {one for one in answers.exceptions if one is not None} - {taken}
        if not answers.decision.allowed:
            break
        missing = await _reserve(call, wanted, parties)
        if not missing:
            break
        # The last use went to somebody else in the same moment: decide without that exception.
        lost |= missing
    for question, decision in zip(asked, answers.decisions, strict=False):
        tell(call, question, decision)
    return answers


def _until_refused(asked: Iterable[Question]) -> Iterable[Decision]:
    for question in asked:
        decision = decide(question)
        yield decision
        if not decision.allowed:
            return


async def _reserve(call: Call, wanted: Collection[UUID], parties: Collection[Leg]) -> frozenset[UUID]:
    """Those that are not to be had; none is taken then.

    They are written down at once: whoever takes the call on in this stage has them already.
    """
    new, directory = set(wanted) - set(call.uses_left), call.house.directory
    if not new:
        call.uses_left = _without_one_each(call.uses_left, wanted)
        return frozenset()
    # Nothing is awaited from its end until whoever asked has noted the exception: a transfer that waits finds it there.
    async with call.counting:
        must_be_there(call, parties)  # the turn has been waited for
        if missing := await directory.reserve_uses(new, call.id):
            return missing
        try:
            must_be_there(call, parties)
        except PartyGone:
            directory.give_back_uses(new, call.id)
            raise
        call.uses_left = _without_one_each(call.uses_left, wanted)
        call.change(uses=(*call.state.uses, *sorted(new)))
        await call.save()
    return frozenset()


def must_be_there(call: Call, parties: Iterable[Leg]) -> None:
    """Raises PartyGone."""
    if any(_has_gone(call, one) for one in parties):
        raise PartyGone


def _has_gone(call: Call, party: Leg) -> bool:
    """Though their call may not have heeded it yet."""
    theirs = call.house.live.of_channel(party.channel)
    return theirs is None or theirs.is_about_to_lose(party.channel)


def _without_one_each(uses: Iterable[UUID], wanted: Collection[UUID]) -> list[UUID]:
    left = list(uses)
    for one in wanted:
        if one in left:
            left.remove(one)
    return left


def _of_exceptions_left(question: Question, had: Sequence[UUID], lost: Collection[UUID]) -> Question:
    if isinstance(question, ConsultFacts):
        return replace(question, join=with_uses_back(question.join, had, lost))
    return with_uses_back(question, had, lost)


def with_uses_back(facts: JoinFacts, had: Sequence[UUID], lost: Collection[UUID] = ()) -> JoinFacts:
    """The exceptions as they were before these uses were taken, for this; without those that are ``lost``."""
    if not had and not lost:
        return facts
    exceptions = (
        replace(one, uses=one.uses - had.count(one.id)) if one.id in had else one
        for one in facts.exceptions
        if one.id not in lost
    )
    return replace(facts, exceptions=tuple(exceptions))
