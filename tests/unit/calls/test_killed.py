"""The service is killed in every stage of a call, before each step in it, and started again.

The caller goes on: nobody is forgotten, nothing that was said is lost, each call is in the log once, with its end.
"""

from __future__ import annotations

from math import ceil

import pytest

from hanvisa.calls import stage as stages
from hanvisa.calls.stage import Stage
from searching import some_of
from unit.calls import stories, stories_of_operators, stories_of_people
from unit.calls.fast_time import run_fast
from unit.calls.killing import Life
from unit.calls.play import Play, Story, played

MOST = 12  # moments in a stage; a long search takes all

STORY_OF: dict[type[Stage], Story] = {
    stages.Arriving: stories.absent,
    stages.ReachingPerson: stories.present,
    stages.ReachingMembers: stories.department,
    stages.Referring: stories.absent,
    stages.ReferringMembers: stories.department_message,
    stages.LeavingMessage: stories.message,
    stages.ReviewingMessage: stories.message,
    stages.AskingToBeRung: stories_of_people.asking_to_be_rung,
    stages.AtSwitchboard: stories.queue,
    stages.LeavingNumber: stories.callback,
    stages.RingingBack: stories.callback,
    stages.GivenUp: stories_of_operators.given_up,
    stages.Closed: stories_of_operators.closed,
    stages.Unattended: stories_of_operators.nobody_there,
    stages.NightService: stories_of_operators.night,
    stages.BackToOperator: stories_of_operators.serial,
    stages.OfferingToWait: stories_of_operators.camping_on,
    stages.CampingOn: stories_of_operators.camping_on,
    stages.Parked: stories_of_operators.picked_up,
    stages.Parking: stories_of_operators.parked_attended,
    stages.PickingUp: stories_of_operators.picked_up,
    stages.CallingOut: stories_of_people.calling_out,
    stages.SwitchingOpen: stories_of_people.opening,
    stages.DialledCode: stories_of_people.code,
    stages.ListeningToMessages: stories_of_people.listening,
    stages.RecordingOwn: stories.own_name,
    stages.ReviewingOwn: stories.own_name,
    stages.Guiding: stories.guide,
    stages.Talking: stories.refused_transfer,
    stages.OnHold: stories_of_operators.held_by_the_api,
    stages.Transferred: stories_of_operators.put_through_outside,
    stages.Alarming: stories.emergency,
    stages.Apologising: stories_of_people.apology,
}


@pytest.mark.parametrize("kind", Stage.__args__, ids=lambda kind: kind.__name__)
def test_killed_in_every_stage_the_call_goes_on(kind: type[Stage]) -> None:
    assert kind in STORY_OF, (
        f"In the stage {kind.__name__} the service has not been killed yet: tell a story that leads through it"
        " (stories.py, stories_of_operators.py, stories_of_people.py), and name it here in STORY_OF."
    )
    story = STORY_OF[kind]
    lives: list[Life] = []
    usual = run_fast(played(story, lambda play: lives.append(Life(play))))
    moments = [at for at, stages_then in enumerate(lives[0].seen, start=1) if kind.__name__ in stages_then]
    assert moments, f"the story {story.__name__} does not lead through {kind.__name__}"
    wrong = []
    for at in _some(moments):
        try:
            lives.clear()
            play = run_fast(played(story, lambda play, at=at: lives.append(Life(play, until=at))))  # type: ignore[misc]
            must_be_as_usual(play, usual, unnoted=lives[0].unnoted)
        except AssertionError as error:
            told = "\n".join(getattr(error, "__notes__", ()))
            wrong.append(f"killed before step {at}: {error}\n{told}")
    assert not wrong, f"{len(wrong)} of {len(moments)}: " + "\n\n".join(wrong[:3])


def _some(moments: list[int]) -> list[int]:
    """The first, the last, and so many between: one after the other are often alike."""
    return [*some_of(moments, every=ceil(len(moments) / MOST)), moments[-1]]


def must_be_as_usual(play: Play, usual: Play, unnoted: int) -> None:
    """Nothing is lost or doubled; what a caller has keyed while nobody was there they key again, or do without.

    ``unnoted`` uses of exceptions were taken, and the service killed before it could write that on the channel: each
    is taken once more, for the register is no place to ask while a caller waits.
    """
    log, scene = play.scene.log, play.scene
    calls = {call for call, _, _ in log.entries}
    assert {call for call, kind, _ in log.entries if kind == "closed"} == calls, "each call has an end"
    from_outside = {
        call for call, kind, data in log.entries if kind == "opened" and data["side"] == "carrier"
    }
    came = [one for one in scene.came.values() if one.account == "carrier"]
    assert len(from_outside) == len(came), "each call once in the log"
    assert not scene.open_calls.states
    assert not scene.spool, "what was said is lost"
    assert len(scene.messages.left) <= len(usual.scene.messages.left)
    assert scene.own_sounds.kept in (usual.scene.own_sounds.kept, [])
    for exception, before in zip(
        scene.directory.register.exceptions.rows, usual.scene.directory.register.exceptions.rows, strict=True
    ):
        assert exception.uses <= before.uses + unnoted, "one use was taken twice"
