"""What callers and operators live through, each story told to its end on a `Play`."""

from __future__ import annotations

import asyncio

from hanvisa.calls.signals import Reconnected
from hanvisa.policy.facts import OperatorState, OutsideNumber, TargetKind
from unit.calls.play import Play, Story
from unit.calls.scene import MAIN, id_of

DEPARTMENT = "+46980319282"


async def absent(play: Play) -> None:
    play.scene.given_absent("anna")
    play.rings_in("+46980319201")
    await play.a_while()


async def message(play: Play) -> None:
    """Recorded, kept, and thanked for."""
    play.scene.given_absent("anna")
    play.rings_in("+46980319201")
    await asyncio.sleep(1)
    play.scene.presses(play.caller, "1")
    await play.a_while()


async def present(play: Play) -> None:
    play.rings_in("+46980319201")
    await play.a_while()


async def busy(play: Play) -> None:
    play.switch.phones["anna"] = "busy"
    play.rings_in("+46980319201")
    await play.a_while()


async def no_answer(play: Play) -> None:
    play.switch.phones["anna"] = "rings"
    play.rings_in("+46980319201")
    await play.a_while()


async def switchboard(play: Play) -> None:
    play.rings_in(MAIN)
    await play.a_while()


async def whispered(play: Play) -> None:
    """The operator serves two main numbers, and hears which was rung."""
    other = OutsideNumber("+46980319299", TargetKind.SWITCHBOARD, id_of("board"))
    register = play.scene.directory.register
    play.scene.directory.register = register.replace(numbers=(*register.numbers.rows, other))
    await switchboard(play)


async def queue(play: Play) -> None:
    """The operator is taken; in the end they are free."""
    first = play.scene.rings_in(MAIN)
    await play.a_while()
    play.rings_in(MAIN)
    await play.a_while()
    play.must_have_a_way_on()
    play.switch.goes(first)
    await play.a_while()


async def callback(play: Play) -> None:
    """The caller leaves a number; in the end the operator is free, and rings back."""
    play.scene.tell(Reconnected())
    await asyncio.sleep(1)
    first = play.scene.rings_in(MAIN)
    await play.a_while()
    play.rings_in(MAIN)
    await play.a_while()
    for key in "41":
        play.scene.presses(play.caller, key)
        await asyncio.sleep(1)
    await play.a_while()
    play.must_have_a_way_on()
    play.switch.goes(first)
    await play.a_while()
    rung_back = play.switch.leg("0980319244")
    if rung_back is not None:
        play.switch.goes(rung_back)
    await play.a_while()


async def department(play: Play) -> None:
    _rings_department(play)
    await play.a_while()


async def department_message(play: Play) -> None:
    """Nobody of the department answers, nor any operator: a message is recorded, kept, and thanked for."""
    play.switch.phones |= dict.fromkeys(("anna", "bo", "olle"), "busy")
    await play.scene.directory.set_operator_state(id_of("olle"), OperatorState.CLOSED)
    _rings_department(play)
    await asyncio.sleep(1)
    play.scene.presses(play.caller, "1")
    await play.a_while()


def _rings_department(play: Play) -> None:
    number = OutsideNumber(DEPARTMENT, TargetKind.DEPARTMENT, id_of("tekniska"))
    register = play.scene.directory.register
    play.scene.directory.register = register.replace(numbers=(*register.numbers.rows, number))
    play.rings_in(DEPARTMENT)


async def blind_transfer(play: Play) -> None:
    await switchboard(play)
    await play.refers("202")


async def blind_transfer_to_nobody_there(play: Play) -> None:
    play.switch.phones["bo"] = "rings"
    await switchboard(play)
    await play.refers("202")


async def refused_transfer(play: Play) -> None:
    await switchboard(play)
    await play.refers("0701740605")


async def attended_transfer(play: Play) -> None:
    await switchboard(play)
    second = play.scene.dials("olle", "202")
    await play.a_while()
    await play.refers("202", other=second)


async def own_name(play: Play) -> None:
    """Recorded after a tone, heard again, and kept by a key."""
    play.switch.message = 3.0
    play.caller = play.scene.dials("anna", "*24#")
    await asyncio.sleep(12)
    play.scene.presses(play.caller, "1")
    await play.a_while()


async def guide(play: Play) -> None:
    play.caller = play.scene.dials("bo", "*200#")
    await play.a_while()


async def confidential(play: Play) -> None:
    """Two talk, and the one keys that it is confidential."""
    play.caller = play.scene.dials("bo", "0701740699")
    await play.a_while()
    for key in "*28#":
        play.scene.presses(play.caller, key)
    await play.a_while()


async def emergency(play: Play) -> None:
    """An operator is told of it, while somebody else calls."""
    play.scene.house.alarms.dialled("bo")
    await absent(play)


STORIES: tuple[Story, ...] = (
    absent,
    message,
    present,
    busy,
    no_answer,
    switchboard,
    whispered,
    queue,
    callback,
    department,
    department_message,
    blind_transfer,
    blind_transfer_to_nobody_there,
    refused_transfer,
    attended_transfer,
    own_name,
    guide,
    confidential,
    emergency,
)
