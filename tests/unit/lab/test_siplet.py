"""Two small phones ring each other straight, without a switch between."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from hanvisa.lab.carrier import Carrier
from hanvisa.lab.lines import CallFailedError, TransferRefusedError
from hanvisa.lab.sip import Message, credentials, host_of, number_of, parameter, response, uri_of
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.siplet_line import SipletLine
from hanvisa.lab.waiting import until


@pytest.fixture
async def bo() -> AsyncIterator[Siplet]:
    siplet = await Siplet.open("127.0.0.1", 0, "bo", registrar="127.0.0.1:9")
    yield siplet
    await siplet.close()


@pytest.fixture
async def anna(bo: Siplet) -> AsyncIterator[Siplet]:
    siplet = await Siplet.open("127.0.0.1", 0, "anna", registrar=f"127.0.0.1:{bo.address[1]}")
    yield siplet
    await siplet.close()


async def in_talk(anna: Siplet, bo: Siplet) -> tuple[SipletLine, SipletLine]:
    line = await anna.call("202")
    other = await bo.rings()
    assert isinstance(other, SipletLine)
    await line.until_ringing()
    await other.answer()
    await line.until_up()
    return line, other


async def test_speech_and_keys_pass_both_ways(anna: Siplet, bo: Siplet) -> None:
    line, other = await in_talk(anna, bo)
    assert other.number_called == "202"
    await line.talks_to(other)
    await line.press("90*#")
    await other.press("3")
    await until(lambda: (other.keys_heard, line.keys_heard) == ("90*#", "3"))
    assert not line.has_heard(line.voice)


async def test_hold_is_told_and_taken_off(anna: Siplet, bo: Siplet) -> None:
    line, other = await in_talk(anna, bo)
    await line.hold()
    assert other.is_held
    await line.resume()
    assert not other.is_held
    await line.talks_to(other)


async def test_either_end_hangs_up(anna: Siplet, bo: Siplet) -> None:
    line, other = await in_talk(anna, bo)
    await other.hangup()
    assert (await line.until_ended()).reason == "hung up by the other end"
    line, other = await in_talk(anna, bo)
    await line.hangup()
    await other.until_ended()


async def test_a_caller_gives_up(anna: Siplet, bo: Siplet) -> None:
    line = await anna.call("202")
    other = await bo.rings()
    await line.until_ringing()
    await line.hangup()
    assert (await line.until_ended()).status == 487
    assert (await other.until_ended()).status == 487
    assert bo.has_rung


async def test_a_caller_gives_up_in_the_moment_of_the_answer(anna: Siplet, bo: Siplet) -> None:
    line = await anna.call("202")
    other = await bo.rings()
    await line.until_ringing()
    await line.hangup()
    await other.answer()  # the CANCEL has not been read yet
    assert (await other.until_ended()).reason == "hung up by the other end"
    assert line.has_ended


async def test_a_caller_who_gives_up_at_once_waits_for_a_sign_of_life(anna: Siplet, bo: Siplet) -> None:
    """A CANCEL before any answer may overtake its INVITE, and ends nothing (RFC 3261, 9.1)."""
    line = await anna.call("202")
    await line.hangup()
    other = await bo.rings()
    assert (await line.until_ended()).status == 487
    assert (await other.until_ended()).status == 487
    trace = "\n".join(anna.trace)
    assert 0 < trace.index("SIP/2.0 180") < trace.index("CANCEL sip:")


@pytest.mark.parametrize("how", ["hangup", "reject"])
async def test_who_has_just_answered_ends_the_call_for_both(anna: Siplet, bo: Siplet, how: str) -> None:
    line = await anna.call("202")
    other = await bo.rings()
    assert isinstance(other, SipletLine)
    await line.until_ringing()
    await asyncio.gather(other.answer(), getattr(other, how)())  # the ACK has not been read yet
    assert (await line.until_ended()).reason == "hung up by the other end"
    assert other.has_ended


@pytest.mark.parametrize("status", [404, 486, 603])
async def test_calls_are_turned_away_with_any_status(anna: Siplet, bo: Siplet, status: int) -> None:
    bo.refuses_with = status
    line = await anna.call("202")
    with pytest.raises(CallFailedError) as failure:
        await line.until_up()
    assert failure.value.status == status


async def test_busy_and_redirected(anna: Siplet, bo: Siplet) -> None:
    bo.busy = True
    assert (await (await anna.call("202")).until_ended()).status == 486
    bo.forget()
    bo.redirects_to = "0701740605"
    assert (await (await anna.call("202")).until_ended()).status == 302
    assert any("Contact: <sip:0701740605@" in message for message in anna.trace)


async def test_a_refused_transfer_has_its_status_and_the_call_lives(anna: Siplet, bo: Siplet) -> None:
    line, other = await in_talk(anna, bo)
    with pytest.raises(TransferRefusedError) as refusal:
        await line.transfer("0701740605")
    assert refusal.value.status == 603
    await line.talks_to(other)


async def test_both_ends_name_one_dialog(anna: Siplet, bo: Siplet) -> None:
    line, other = await in_talk(anna, bo)
    assert line.dialog.call_id == other.dialog.call_id
    assert line.dialog.remote_tag == other.dialog.local_tag
    ours, theirs = line.dialog.local_tag, line.dialog.remote_tag
    assert line.dialog.replaces == f"{line.dialog.call_id};to-tag={theirs};from-tag={ours}"


async def test_who_vanishes_says_nothing(anna: Siplet, bo: Siplet) -> None:
    line, other = await in_talk(anna, bo)
    anna.vanish()
    assert line.has_ended
    assert other.is_up
    bo.vanish()


async def test_garbage_is_answered_or_ignored(anna: Siplet, bo: Siplet) -> None:
    anna.send_raw(b"\x00\xff garbage")
    anna.send_raw(
        b"BYE sip:bo SIP/2.0\r\nVia: SIP/2.0/UDP %b:%d;branch=z9hG4bKx\r\n\r\n"
        % (b"127.0.0.1", anna.address[1])
    )
    await until(lambda: any("SIP/2.0 481" in message for message in anna.trace))
    await in_talk(anna, bo)


async def test_a_carrier_rings_and_is_rung_by_number(anna: Siplet) -> None:
    carrier = await Carrier.start("127.0.0.2", 0, switch=f"127.0.0.1:{anna.address[1]}")
    anna.registrar = f"127.0.0.2:{carrier.address[1]}"
    mobile = await anna.call("0046701740605")
    assert (await carrier.rings_at("0701740605")).number_called == "0046701740605"
    assert carrier.rang("+46701740605")
    assert not carrier.rang("0701740606")
    carrier.answers_with("0701740606", 503)
    assert (await (await anna.call("+46701740606")).until_ended()).status == 503
    await mobile.hangup()
    citizen = await carrier.call("0980319201", from_=None)
    rung = await anna.rings()
    assert "anonymous" in rung.peer
    await asyncio.gather(rung.answer(), citizen.until_up())
    await citizen.talks_to(rung)
    await carrier.close()


def test_digest_as_in_rfc_2617() -> None:
    challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"'
    given = credentials(challenge, "GET", "/dir/index.html", "Mufasa", "Circle Of Life")
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in given
    assert 'opaque="5ccc"' in given
    assert "qop=auth" in credentials(challenge + ', qop="auth"', "GET", "/", "Mufasa", "x")


def test_messages_read_as_written() -> None:
    request = Message(
        "INVITE sip:202@h SIP/2.0", [("Via", "SIP/2.0/UDP h;branch=z9"), ("To", "<sip:202@h>")], "body"
    )
    assert Message.parse(request.encode()).body == "body"
    answer = response(request, 486, tag="t")
    assert (answer.status, answer.reason, answer.to_tag, answer.branch) == (486, "Busy Here", "t", "z9")


def test_addresses_are_read_in_their_spellings() -> None:
    assert host_of("<sip:202@127.0.0.1:5070;transport=udp>") == ("127.0.0.1", 5070)
    assert host_of("sip:127.0.0.1") == ("127.0.0.1", 5060)
    assert number_of("sip:+46701740605;phone-context=x@host") == "+46701740605"
    assert number_of("tel:0701740605;ext=1") == "0701740605"
    assert uri_of('"Anna" <sip:201@h>;tag=1') == "sip:201@h"
    assert parameter('"a" <sip:201@h;tag=no>;tag=yes', "tag") == "yes"
    with pytest.raises(ValueError, match="no SIP address"):
        host_of("nowhere")
