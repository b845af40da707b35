"""What people record of themselves by phone, for their callers to hear: their name, a greeting for an absence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanvisa.calls.afterwards import Afterwards
from hanvisa.calls.call import CallerGone
from hanvisa.calls.ports import Spoken
from hanvisa.calls.prompts import (
    Prompt,
    RecordingTone,
    ReviewYourOwn,
    SayYourOwn,
    TryLater,
    YourOwnKept,
    YourOwnNotKept,
    YourOwnWrong,
)
from hanvisa.calls.recording import in_time, keep_beside, record, recording_id
from hanvisa.calls.stage import RecordingOwn, ReviewingOwn, Stage, runs
from hanvisa.calls.storing import stored
from hanvisa.errors import HanvisaError, TelephonyError
from hanvisa.policy.own_recordings import A_DAY, RecordingFault, fault_of_recording

if TYPE_CHECKING:
    from hanvisa.calls.call import Call

ASKED = 2  # times without an answer; then nothing is kept


@runs(RecordingOwn)
async def record_own(call: Call, stage: RecordingOwn) -> Stage | None:
    sounds, recording = call.house.own_sounds, recording_id(call.caller.channel)
    try:
        made = await call.house.directory.phone_changes.recordings_since(
            stage.person, call.house.clock.now() - A_DAY
        )
    except HanvisaError:
        await _not_stored(call)
        return None
    if made >= call.house.settings.recordings_a_day:
        await _wrong(call, RecordingFault.TOO_MANY)
        return None
    await call.say(SayYourOwn(stage.kind))
    await call.say(RecordingTone())
    try:
        await record(call)
    except TelephonyError:
        await _not_stored(call)
        return None
    except CallerGone:
        keep_beside(call, recording, lambda: sounds.discard(recording))
        raise
    fault = fault_of_recording(stage.kind, await in_time(sounds.seconds(recording), None))
    if fault is None:
        return ReviewingOwn(stage.person, stage.kind, stage.absence)
    await in_time(sounds.discard(recording), None)
    await _wrong(call, fault)
    return None


@runs(ReviewingOwn)
async def review_own(call: Call, stage: ReviewingOwn) -> Stage | None:
    sounds, recording = call.house.own_sounds, recording_id(call.caller.channel)
    async with Afterwards(lambda: in_time(sounds.discard(recording), None)):
        match await _choice(call, sounds.path(recording)):
            case "1":
                await _keep(call, stage, recording)
            case "3":
                return RecordingOwn(stage.person, stage.kind, stage.absence)
            case _:
                call.tell("outcome", outcome="recording_not_kept")
                await call.say(YourOwnNotKept())
        return None


async def _choice(call: Call, path: str) -> str | None:
    """The key with which they choose, 1 or 3, or None."""
    own = Spoken((path,), "")
    said: tuple[Prompt | Spoken, ...] = (own, ReviewYourOwn())
    asked = 0
    while asked < ASKED:
        key = await call.say(*said) or await call.key(call.house.settings.key_wait)
        if key in ("1", "3"):
            return key
        said = (own, ReviewYourOwn()) if key == "2" else (ReviewYourOwn(),)
        asked += key != "2"
    return None


async def _keep(call: Call, stage: ReviewingOwn, recording: str) -> None:
    try:
        sound = await call.house.own_sounds.keep(recording)
    except HanvisaError as error:
        call.tell("command", failed=str(error))
        await _not_stored(call)
        return
    change = call.house.directory.phone_changes.set_recording(
        stage.person,
        stage.kind,
        sound,
        call.house.clock.now(),
        absence=stage.absence,
        by=call.caller.account,
    )
    if await stored(f"recording of {stage.person}", change):
        call.tell("outcome", outcome="code", why="Record", person=str(stage.person))
        await call.say(YourOwnKept(stage.kind))
    else:
        await _not_stored(call)


async def _wrong(call: Call, fault: RecordingFault) -> None:
    call.tell("outcome", outcome="recording_wrong", why=fault)
    await call.say(YourOwnWrong(fault))


async def _not_stored(call: Call) -> None:
    call.tell("outcome", outcome="code_not_stored")
    await call.say(TryLater())
