"""The ladder is readable at a glance."""

from hanvisa.lab.ladder import ladder

_INVITE = """\
0.500 TX UDP 127.0.0.1:10 -> 127.0.0.1:20
INVITE sip:202@127.0.0.1:20 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:10;branch=z9hG4bKaa
From: <sip:201@127.0.0.1>;tag=a
To: <sip:202@127.0.0.1:20>
Call-ID: c1
CSeq: 1 INVITE

"""
_ANSWER = """\
0.510 RX UDP 127.0.0.1:20 -> 127.0.0.1:10
SIP/2.0 486 Busy Here
Via: SIP/2.0/UDP 127.0.0.1:10;branch=z9hG4bKaa
From: <sip:201@127.0.0.1>;tag=a
To: <sip:202@127.0.0.1:20>;tag=b
Call-ID: c1
CSeq: 1 INVITE

"""
_REFER = """\
0.700 TX UDP 127.0.0.1:10 -> 127.0.0.2:30
REFER sip:x@127.0.0.2:30 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:10;branch=z9hG4bKcc
From: <sip:201@127.0.0.1>;tag=a
To: <sip:x@127.0.0.2>
Call-ID: c2
CSeq: 2 REFER
Refer-To: <sip:0701740605@127.0.0.1>

"""
_REGISTER = """\
0.100 TX UDP 127.0.0.1:10 -> 127.0.0.1:20
REGISTER sip:127.0.0.1 SIP/2.0
CSeq: 1 REGISTER

"""
_NAMES = {"127.0.0.1:10": "phones", "127.0.0.1:20": "switch", "127.0.0.2:30": "carrier"}


def test_messages_stand_in_order_between_their_parties() -> None:
    drawn = ladder([_REFER, _REGISTER, _INVITE, _ANSWER], _NAMES).splitlines()
    assert drawn[0].split() == ["phones", "switch", "carrier"]
    assert drawn[1].split() == ["0.000", "|------INVITE", "202------>|", "|", "A"]
    assert drawn[2].split() == ["0.010", "|<----486", "Busy", "Here-----|", "|", "A"]
    assert "REFER 0701740605" in drawn[3]
    assert drawn[3].split()[-1] == "B"
    assert drawn[-2] == "  A: sip:201@127.0.0.1 -> sip:202@127.0.0.1:20  (c1)"


def test_what_both_ends_traced_is_drawn_once() -> None:
    received = _INVITE.replace("0.500 TX", "0.501 RX")
    assert ladder([_INVITE, received], _NAMES).count("INVITE 202") == 1


def test_only_what_is_asked_for() -> None:
    assert "INVITE" not in ladder([_INVITE, _REFER], _NAMES, since=0.6)
    assert ladder([_REGISTER]) == "(no SIP message)"


def test_garbage_is_no_obstacle() -> None:
    assert "INVITE 202" in ladder(["nonsense", "0.6 TX UDP a -> b\n", _INVITE], _NAMES)


def test_garbage_is_drawn_as_what_it_is() -> None:
    garbage = _REGISTER.replace("REGISTER sip:127.0.0.1 SIP/2.0", "INVITE").replace("0.100", "0.800")
    assert "INVITE-" in ladder([_INVITE, garbage], _NAMES)
