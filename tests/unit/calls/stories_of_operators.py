"""Stories of what attendants live by: recall, waiting, holding, phones that die, switchboards where nobody is."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hanvisa.calls.desk import Desk
from hanvisa.calls.live_ports import Wish
from hanvisa.calls.signals import Channel, Entered, Held, Reconnected
from hanvisa.errors import NotFound
from hanvisa.policy.facts import Callback, OperatorState, ScopeKind
from unit.calls.play import Play, Story
from unit.calls.scene import ANNA_DIRECT, ANNA_MOBILE, NOW, id_of
from unit.calls.test_closed import ON_CALL, close


async def given_up(play: Play) -> None:
    """A mobile's number, left to be rung back, and every operator has a confidential line by now."""
    register = play.scene.directory.register
    callback = Callback(id_of("callback"), id_of("board"), ANNA_MOBILE, NOW, NOW)
    play.scene.directory.register = register.replace(
        callbacks=(callback,),
        persons=[replace(one, confidential=one.id == id_of("olle")) for one in register.persons.rows],
    )
    play.scene.tell(Reconnected())
    await play.a_while(play.scene.house.settings.callback_again)
    play.rings_in(ANNA_DIRECT)
    await play.a_while()


async def camping_on(play: Play) -> None:
    """Bo is busy, and free in the end."""
    await _waits_for_bo(play)
    play.switch.phones["bo"] = "answers"
    await play.a_while()


async def camping_on_in_vain(play: Play) -> None:
    """The caller comes back to the operator."""
    await _waits_for_bo(play)
    await play.a_while(180)


async def serial(play: Play) -> None:
    """The caller comes back after the first party."""
    await play.has_operator()
    await play.refers("*63*202")
    bo = play.switch.leg("bo")
    if bo is not None:
        play.switch.goes(bo)
    await play.a_while()


async def onto_ringing(play: Play) -> None:
    play.switch.phones["bo"] = "rings"
    await play.has_operator()
    consultation = play.scene.dials("olle", "202")
    await play.a_while(3)
    await play.refers("202", consultation)


async def onto_ringing_sent_on(play: Play) -> None:
    consultation = await consultation_sent_on(play)
    play.switch.phones["anna"] = "answers"
    await play.refers("202", consultation)


async def consultation_sent_on(play: Play) -> str:
    """The operator, who has the caller, asks Bo, who sends the operator on to Anna, whose phone rings: the channel."""
    play.switch.phones["anna"] = "rings"
    await play.has_operator()
    consultation = play.scene.dials("olle", "202")
    await play.a_while(3)
    bo = play.switch.leg("bo")
    if bo is not None:
        play.scene.refers(bo, "201")
    await play.a_while(3)
    return consultation


async def picked_up(play: Play) -> None:
    """The caller is parked for Bo, who picks them up."""
    await play.has_operator()
    await play.refers("*68*202#")
    play.scene.dials("bo", "*88#")
    await play.a_while()


async def parked_attended(play: Play) -> None:
    """The operator hears for whom before they let go of the caller, whom Bo picks up."""
    await play.has_operator()
    second = play.scene.dials("olle", "*68*202#")
    await play.a_while(3)
    await play.refers("*68*202#", second)
    play.scene.dials("bo", "*88#")
    await play.a_while()


async def parked_in_vain(play: Play) -> None:
    """The operator is reminded, and then the queue has the caller."""
    await play.has_operator()
    play.switch.phones["olle"] = "rings"
    await play.refers("*68*202#")
    await play.a_while(180)


async def put_through_outside(play: Play) -> None:
    """To a mobile, by an exception whose uses are counted."""
    play.scene.given_exception(max_uses=5)
    await play.has_operator()
    await play.refers("0701740605")


async def to_112(play: Play) -> None:
    await play.has_operator()
    await play.refers("112")


async def replaced(play: Play) -> None:
    """Bo picks the operator's call up (INVITE with Replaces)."""
    await play.has_operator()
    operator = play.switch.leg("olle")
    if operator is not None:
        play.switch.alive.add("bos")
        for inside in play.switch.bridges.values():
            if operator in inside:  # Asterisk has put the one in the other's place
                inside.discard(operator)
                inside.add("bos")
        play.scene.tell(Entered(Channel("bos", "bo", ""), (), Channel(operator, "olle", "")))
    await play.a_while()


async def phone_dies(play: Play) -> None:
    """The only operator's: the caller waits until they open again."""
    await play.has_operator()
    operator = play.switch.leg("olle")
    if operator is not None:
        play.switch.goes(operator, 44)
    await play.a_while()
    play.must_have_a_way_on()
    await _opens(play)


async def does_not_answer(play: Play) -> None:
    play.switch.phones["olle"] = "rings"
    await play.has_operator()
    play.must_have_a_way_on()
    play.switch.phones["olle"] = "answers"
    await _opens(play)


async def held_too_long(play: Play) -> None:
    """The caller hears the phone's music, and then comes back to the head of the queue."""
    await play.has_operator()
    operator = play.switch.leg("olle")
    if operator is not None:
        play.scene.tell(Held(operator))
    play.switch.phones["olle"] = "rings"
    await play.a_while(150)
    play.switch.phones["olle"] = "answers"
    await _opens(play)


async def held_by_the_api(play: Play) -> None:
    await play.has_operator()
    await _asks(play, Wish.HOLD)
    await play.a_while(30)
    play.must_have_a_way_on()
    await _asks(play, Wish.RETRIEVE)
    await play.a_while()


async def sent_to_the_queue_by_the_api(play: Play) -> None:
    await play.has_operator()
    await _asks(play, Wish.QUEUE)
    await play.a_while()


async def nobody_there(play: Play) -> None:
    """The caller does not leave the number."""
    await play.scene.directory.set_operator_state(id_of("olle"), OperatorState.CLOSED)
    await play.has_operator()


async def paused_for_good(play: Play) -> None:
    """The caller waits for the operator, and leaves the number in the end."""
    await play.scene.directory.set_operator_state(id_of("olle"), OperatorState.PAUSED)
    await play.has_operator()
    await play.a_while(250)
    while play.caller in play.switch.alive and play.caller in play.switch.music:
        await play.a_while(1)
    await play.presses("41")
    await play.a_while()


async def closed(play: Play) -> None:
    close(play.scene)
    await play.has_operator()


async def night(play: Play) -> None:
    """The first of the on-call list does not answer, the second is on a mobile."""
    close(play.scene, night=True)
    play.scene.given_exception(scope=ScopeKind.NUMBER, scope_id=None, number=ON_CALL)
    play.switch.phones["bo"] = "rings"
    await play.has_operator()


async def _waits_for_bo(play: Play) -> None:
    play.switch.phones["bo"] = "busy"
    await play.has_operator()
    operator = play.switch.leg("olle")
    if operator is not None:
        play.scene.refers(operator, "202")
    await play.a_while(3)
    await play.presses("5")
    await play.a_while()
    play.must_have_a_way_on()


async def _opens(play: Play) -> None:
    await play.scene.directory.set_operator_state(id_of("olle"), OperatorState.OPEN)
    play.scene.house.queues.wake()
    await play.a_while()


async def _asks(play: Play, wish: Wish) -> None:
    call = play.scene.house.live.of_channel(play.caller)
    if call is not None:
        with suppress(NotFound):  # it may have ended in this moment
            await Desk(play.scene.house).ask(call.id, wish, None)


STORIES: tuple[Story, ...] = (
    camping_on,
    camping_on_in_vain,
    serial,
    onto_ringing,
    onto_ringing_sent_on,
    picked_up,
    parked_attended,
    parked_in_vain,
    put_through_outside,
    to_112,
    replaced,
    phone_dies,
    does_not_answer,
    held_too_long,
    held_by_the_api,
    sent_to_the_queue_by_the_api,
    nobody_there,
    paused_for_good,
    closed,
    night,
)
