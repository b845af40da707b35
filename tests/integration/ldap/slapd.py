"""A real LDAP server (slapd) on loopback, as a process of the tests' own, and who stands in it."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ldap3

from hanvisa.lab.waiting import until
from integration.calendars.radicale import free_port

BASE = "dc=example,dc=org"
ADMIN, PASSWORD = f"cn=admin,{BASE}", "grön häst"
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")
CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
{tls}
sizelimit {limit}
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
database mdb
suffix {base}
rootdn {admin}
rootpw "{password}"
directory {folder}
"""
FIVE_AT_ONCE = "size.soft=5 size.hard=5 size.prtotal=unlimited"  # as Active Directory gives a thousand


@dataclass
class Slapd:
    """The server, and its administrator's connection, which no limit holds for."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path
    connection: Any = field(default=None)

    def connect(self) -> None:
        self.connection = ldap3.Connection(
            ldap3.Server(self.url, get_info=ldap3.NONE), ADMIN, PASSWORD, auto_bind=True
        )
        self.connection.add(BASE, ["dcObject", "organization"], {"o": "Hällefors"})

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", int(self.url.rpartition(":")[2]))) == 0

    def put(self, id_: str, given: str, family: str, department: str = "Gatukontoret", **more: str) -> None:
        """Somebody is employed, or is now called so."""
        self.remove(id_)
        attributes = {"cn": f"{given} {family}", "givenName": given, "sn": family, "employeeNumber": id_}
        attributes |= {"departmentNumber": department, **more}
        done = self.connection.add(
            f"uid={id_},{BASE}", "inetOrgPerson", {name: value for name, value in attributes.items() if value}
        )
        assert done, self.connection.result

    def remove(self, id_: str) -> None:
        self.connection.delete(f"uid={id_},{BASE}")


@asynccontextmanager
async def running_slapd(folder: Path, tls: str = "", limit: str = FIVE_AT_ONCE) -> AsyncIterator[Slapd]:
    """``tls`` are lines of its configuration; ``limit``: how many entries others than the administrator are given."""
    data = folder / "slapd"
    data.mkdir()
    configuration = folder / "slapd.conf"
    configuration.write_text(
        CONFIGURATION.format(folder=data, base=BASE, admin=ADMIN, password=PASSWORD, tls=tls, limit=limit),
        encoding="utf-8",
    )
    url = f"ldap://127.0.0.1:{free_port()}"
    log = folder / "slapd.log"
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: ASYNC220, S603 - the server that is tested with
            [*DIES_WITH_US, "/usr/sbin/slapd", "-d", "0", "-f", str(configuration), "-h", url],
            stdout=out,
            stderr=out,
        )
    slapd = Slapd(url, process, log)
    try:
        await until(slapd.answers, within=30, what="slapd")
        slapd.connect()
        yield slapd
    finally:
        if slapd.connection is not None:
            slapd.connection.unbind()
        process.kill()
        process.wait()
