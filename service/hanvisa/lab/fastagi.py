"""Asking over FastAGI as the dialplan of an Asterisk does that is not ours (res_agi.c)."""

import asyncio
import re
from collections.abc import Mapping

HOST = "127.0.0.1"
WITHIN = 5.0  # seconds
_SET = re.compile(r'SET VARIABLE (\w+) "(.*)"\n')


async def ask(port: int, script: str, arguments: Mapping[str, str]) -> dict[str, str]:
    """The channel variables that ``AGI(agi://127.0.0.1:PORT/SCRIPT,NAME=VALUE,...)`` sets.

    Raises:
        OSError: nobody listens, or nobody answers in time.
        ValueError: what came is no command to set a variable.
    """
    async with asyncio.timeout(WITHIN):
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            said = [
                f"agi_arg_{number}: {name}={value}"
                for number, (name, value) in enumerate(arguments.items(), 1)
            ]
            writer.write("\n".join((f"agi_network_script: {script}", *said, "", "")).encode())
            variables: dict[str, str] = {}
            while line := (await reader.readline()).decode():
                found = _SET.fullmatch(line)
                if found is None:
                    raise ValueError(f"no command to set a variable: {line!r}")
                variables[found[1]] = re.sub(r"\\(.)", r"\1", found[2])
                writer.write(b"200 result=1\n")
                await writer.drain()
            return variables
        finally:
            writer.close()
