"""Stories of what people do with their own phones, and of callers who look for somebody."""

from __future__ import annotations

from datetime import timedelta

from hanvisa.errors import Refused
from hanvisa.policy.facts import Forwarding, Group, OutsideNumber, Ringing, TargetKind
from unit.calls.play import Play, Story
from unit.calls.scene import ANNA_DIRECT, MAIN, NOW, id_of
from unit.calls.test_messages import given_message

FIRST_PLAYED = 3  # of the commands
GROUP = "+46980319283"


async def code(play: Play) -> None:
    await _dials(play, "*23*1#")


async def wrong_code(play: Play) -> None:
    await _dials(play, "*99#")


async def opening(play: Play) -> None:
    """An operator closes by a code."""
    play.caller = play.scene.dials("olle", "*27#")
    await play.a_while()


async def apology(play: Play) -> None:
    """Nothing can be played for once: the operators have the caller."""
    play.scene.given_absent("anna")
    play.switch.failure, play.switch.fail_at = Refused("made to fail"), FIRST_PLAYED
    play.rings_in(ANNA_DIRECT)
    await play.a_while()


async def listening(play: Play) -> None:
    given_message(play.scene, "one")
    given_message(play.scene, "two")
    await _dials(play, "*26#")


async def calling_out(play: Play) -> None:
    await _dials(play, "0980319260")


async def barred(play: Play) -> None:
    await _dials(play, "00442079460958")


async def asking_to_be_rung(play: Play) -> None:
    play.scene.given_absent("anna")
    play.rings_in(ANNA_DIRECT)
    await play.a_while(1)
    await play.presses("4")
    await play.a_while()


async def text(play: Play) -> None:
    """The direct number as a text message."""
    play.scene.given_absent("anna")
    play.caller = play.scene.rings_in(ANNA_DIRECT, "0701740690")
    await play.a_while(1)
    await play.presses("5")
    await play.a_while()


async def keyed_number(play: Play) -> None:
    """Whose number is withheld keys it, to be rung back."""
    play.scene.rings_in(MAIN)
    await play.a_while()
    play.caller = play.scene.rings_in(MAIN, "")
    await play.a_while()
    await play.presses("40980319245#1")
    await play.a_while()


async def half_a_number(play: Play) -> None:
    """And then nothing more is keyed."""
    play.scene.rings_in(MAIN)
    await play.a_while()
    play.caller = play.scene.rings_in(MAIN, "")
    await play.a_while()
    await play.presses("4098")
    await play.a_while()


async def in_turn(play: Play) -> None:
    """The first of a group does not answer, the second does."""
    register = play.scene.directory.register
    members = (id_of("anna"), id_of("bo"))
    group = Group(id_of("jouren"), "Jouren", id_of("hallefors"), members, (), Ringing.IN_TURN)
    number = OutsideNumber(GROUP, TargetKind.GROUP, group.id)
    play.scene.directory.register = register.replace(
        numbers=(*register.numbers.rows, number), groups=(group,)
    )
    play.switch.phones["anna"] = "rings"
    play.rings_in(GROUP)
    await play.a_while()


async def forwarded(play: Play) -> None:
    hour = timedelta(hours=1)
    forwarding = Forwarding(id_of("forwarding"), id_of("anna"), "202", NOW - hour, NOW + hour)
    play.scene.directory.register = play.scene.directory.register.replace(forwardings=(forwarding,))
    play.rings_in(ANNA_DIRECT)
    await play.a_while()


async def _dials(play: Play, dialled: str) -> None:
    play.caller = play.scene.dials("bo", dialled)
    await play.a_while()


STORIES: tuple[Story, ...] = (
    code,
    wrong_code,
    opening,
    listening,
    calling_out,
    barred,
    asking_to_be_rung,
    text,
    keyed_number,
    half_a_number,
    in_turn,
    forwarded,
)
