"""A phone's registrations, read off its trace of SIP messages (RFC 3261, 10)."""

import re
from collections.abc import Iterable

_CALL_ID = re.compile(r"^Call-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_CSEQ = re.compile(r"^CSeq:\s*(\d+) REGISTER", re.IGNORECASE | re.MULTILINE)
_CONTACT = re.compile(r"^Contact:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)
_REQUEST = re.compile(r"\S+ TX [^\n]*\nREGISTER ")
_FINAL = re.compile(r"\S+ RX [^\n]*\nSIP/2.0 ([2-6])")

_Key = tuple[str, str]  # Call-ID and number


def are_answered(trace: Iterable[str], account: str) -> bool:
    """Whether every registration that this phone has sent, or taken back, has its final answer."""
    sent, answers = _exchanges(trace, account)
    return sent.keys() <= answers.keys()


def is_there(trace: Iterable[str], account: str) -> bool:
    """Whether the switch has this phone's contact, by the last of its answers."""
    sent, answers = _exchanges(trace, account)
    ours = {contact for request in sent.values() for contact in _contacts(request)}
    taken = [answer for answer in answers.values() if _status(answer) == "2"]
    return bool(taken) and bool(ours.intersection(_contacts(taken[-1])))


def _exchanges(trace: Iterable[str], account: str) -> tuple[dict[_Key, str], dict[_Key, str]]:
    """The requests that this account has sent, and their final answers, in the order in which they came."""
    sent: dict[_Key, str] = {}
    answers: dict[_Key, str] = {}
    for message in trace:
        call_id, number = _CALL_ID.search(message), _CSEQ.search(message)
        if call_id is None or number is None or f"<sip:{account}@" not in message:
            continue
        key = (call_id[1], number[1])
        if _REQUEST.match(message):
            sent[key] = message
        elif key in sent and _status(message):
            answers[key] = message
    return sent, answers


def _contacts(message: str) -> list[str]:
    """Compared without regard to case: Asterisk writes a phone's transport=tls in capitals."""
    return [contact.lower() for contact in _CONTACT.findall(message)]


def _status(message: str) -> str:
    """The first digit of a final answer's status; nothing of any other message."""
    found = _FINAL.match(message)
    return found[1] if found else ""
