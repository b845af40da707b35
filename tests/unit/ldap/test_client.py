"""What a server answers that is no LDAP: whatever it is, one error that names the server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanvisa.errors import LdapError
from hanvisa.ldap.client import LdapServer, read_entries

BOUND = bytes.fromhex("300c02010161070a010004000400")  # the first message's answer: bound
MESSAGES = st.builds(
    lambda number, tag, body: bytes([0x30, len(body) + 5, 2, 1, number, tag, len(body)]) + body,
    st.integers(0, 3),
    st.sampled_from((0x61, 0x64, 0x65, 0x73, 0x78, 0x04)),
    st.binary(max_size=40),
)


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """The URL of a server that takes one connection, answers each message in turn, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                for answer in answers:
                    connection.recv(4096)
                    connection.sendall(answer)

        thread = Thread(target=serve)
        thread.start()
        yield f"ldap://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


@settings(deadline=None, max_examples=60)
@given(answer=st.binary(max_size=60) | MESSAGES, bound=st.booleans())
def test_any_answer_is_one_error(answer: bytes, bound: bool) -> None:
    answers = (BOUND, answer) if bound else (answer,)
    with (
        answering(*answers) as url,
        pytest.raises(LdapError, match=f"The directory at {url} can't be read: "),
    ):
        read_entries(LdapServer(url, "dc=example,dc=org", "(cn=*)", starttls=False), ("cn",))
