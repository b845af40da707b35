"""The running service answers dialplans that are not ours; what is answered is tested in tests/integration/agi."""

import asyncio
from datetime import timedelta

from e2e.support.world import World
from hanvisa.lab.waiting import until

ELSA = "hallefors-205"


async def test_the_running_service_tells_a_dialplan_who_is_not_there(world: World) -> None:
    await world.given_absent(ELSA, reason="sammanträde", until=timedelta(hours=2))

    async def is_told() -> bool:
        reader, writer = await asyncio.open_connection("127.0.0.1", world.settings.agi_port)
        writer.write(f"agi_network_script: referral\nagi_arg_1: target={ELSA}\n\n".encode())
        first = await reader.readline()
        writer.close()
        return first == b'SET VARIABLE HANVISA_ABSENT "yes"\n'

    await until(is_told, within=5, what="that Elsa is not there")
