"""What a server answers that is no LDAP, or not all there is: whatever it is, one error that names the server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ldap3.core import results

from hanvisa.errors import LdapError
from hanvisa.ldap.client import LdapServer, read_entries

Answer = bytes | list[bytes]  # as it is, or operations in messages of the number that is answered


def result(tag: int, code: int) -> bytes:
    return bytes([tag, 7, 0x0A, 1, code, 4, 0, 4, 0])


BIND, SEARCH = 0x61, 0x65
BOUND = [result(BIND, results.RESULT_SUCCESS)]
ANNA = bytes.fromhex(
    "64190407636e3d616e6e61300e300c0402636e31060404616e6e61"
)  # an entry that is found: cn=anna
OPERATIONS = st.builds(
    lambda tag, body: bytes([tag, len(body)]) + body,
    st.sampled_from((BIND, 0x64, SEARCH, 0x73, 0x78, 0x04)),
    st.binary(max_size=40),
)
MESSAGES = st.builds(
    lambda number, operation: bytes([0x30, len(operation) + 3, 2, 1, number]) + operation,
    st.integers(0, 3),
    OPERATIONS,
)


@contextmanager
def answering(*answers: Answer) -> Iterator[str]:
    """The URL of a server that takes one connection, answers each message in turn, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                for answer in answers:
                    asked = connection.recv(4096)
                    if not asked:  # who asks has hung up first
                        break
                    connection.sendall(answer if isinstance(answer, bytes) else messages(answer, asked))

        thread = Thread(target=serve)
        thread.start()
        yield f"ldap://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def messages(operations: list[bytes], asked: bytes) -> bytes:
    body = asked[2:] if asked[1] < 0x80 else asked[2 + asked[1] - 0x80 :]
    number = body[: 2 + body[1]]
    return b"".join(bytes([0x30, len(number) + len(one)]) + number + one for one in operations)


def names_at(url: str) -> list[str]:
    server = LdapServer(url, "dc=example,dc=org", "(cn=*)", starttls=False)
    return [entry.values["cn"] for entry in read_entries(server, ("cn",))]


@settings(deadline=None, max_examples=60)
@given(answer=st.binary(max_size=60) | MESSAGES | st.lists(OPERATIONS, min_size=1), bound=st.booleans())
def test_any_answer_is_one_error(answer: Answer, bound: bool) -> None:
    answers = (BOUND, answer) if bound else (answer,)
    with (
        answering(*answers) as url,
        pytest.raises(LdapError, match=f"The directory at {url} can't be read: "),
    ):
        names_at(url)


def test_what_ends_well_is_all_there_is() -> None:
    with answering(BOUND, [ANNA, result(SEARCH, results.RESULT_SUCCESS)], b"") as url:
        assert names_at(url) == ["anna"]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (
            results.RESULT_SIZE_LIMIT_EXCEEDED,
            "sizeLimitExceeded: raise the limits of HANVISA_LDAP_USER there",
        ),
        (
            results.RESULT_TIME_LIMIT_EXCEEDED,
            "timeLimitExceeded: raise the limits of HANVISA_LDAP_USER there",
        ),
        (
            results.RESULT_ADMIN_LIMIT_EXCEEDED,
            "adminLimitExceeded: raise the limits of HANVISA_LDAP_USER there",
        ),
        (results.RESULT_REFERRAL, "referral"),
    ],
)
def test_what_stops_halfway_is_not_read(code: int, why: str) -> None:
    """Whom it leaves out have not left."""
    with (
        answering(BOUND, [ANNA, result(SEARCH, code)]) as url,
        pytest.raises(LdapError, match=rf": {why}\.$"),
    ):
        names_at(url)


def test_who_is_sent_elsewhere_to_log_in_does_not_read_without_having_logged_in() -> None:
    """A directory may show others fewer."""
    referred = [result(BIND, results.RESULT_REFERRAL)]
    with (
        answering(referred, [ANNA, result(SEARCH, results.RESULT_SUCCESS)], b"") as url,
        pytest.raises(LdapError, match=r": referral\.$"),
    ):
        names_at(url)
