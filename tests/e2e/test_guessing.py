"""Somebody guesses the passwords of phones: they are shown and shut out, and nobody else is."""

import pytest

from e2e.support.world import World
from hanvisa.lab.lines import NotRegisteredError
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.waiting import until

DAVID, ELSA = "hallefors-204", "hallefors-205"
STRANGER, NOBODY = "127.0.0.3", "127.0.0.4"


async def test_who_guesses_passwords_is_shut_out_but_not_where_phones_are(world: World) -> None:
    david, elsa = await world.phone(DAVID), await world.phone(ELSA)
    for address in (STRANGER, world.settings.sip_host):
        guesser = await Siplet.open(address, 0, ELSA, "wrong", registrar=world.switch)
        try:
            for _ in range(world.settings.phone_tries):
                with pytest.raises(NotRegisteredError, match="401"):
                    await guesser.plug_in()

            async def shown(address: str = address) -> bool:
                told = await world.api.get("/wrong-phone-passwords")
                found = {one["address"]: one for one in told["items"]}
                return (
                    address in found
                    and found[address]["tries"] >= world.settings.phone_tries
                    and ELSA in found[address]["accounts"]
                    and (found[address]["shut_out_until"] is not None) == (address == STRANGER)
                )

            await until(shown, what=f"the guesses from {address}")
            if address == STRANGER:
                await until(lambda guesser=guesser: _is_shut_out(guesser), what="the stranger shut out")
        finally:
            await guesser.close()
    line = await david.call("205")
    other = await elsa.rings()
    await other.answer()
    await line.talks_to(other)


async def test_who_has_no_account_rings_nobody(world: World) -> None:
    """By a phone's name without its password, by a name that nobody has, and by that of who won't be named."""
    elsa = await world.phone(ELSA)
    for user in (DAVID, "nobody", "anonymous"):
        stranger = await Siplet.open(NOBODY, 0, user, "wrong", registrar=world.switch)
        try:
            line = await stranger.call("205")
            assert (await line.until_ended()).status == 401, user
        finally:
            await stranger.close()
    assert not elsa.lines

    async def shown() -> bool:
        told = await world.api.get("/wrong-phone-passwords")
        return any(
            one["address"] == NOBODY and {DAVID, "<unknown>"} <= set(one["accounts"]) for one in told["items"]
        )

    await until(shown, what="both names that were tried")


async def _is_shut_out(guesser: Siplet) -> bool:
    with pytest.raises(NotRegisteredError) as refused:
        await guesser.plug_in()
    return "403" in str(refused.value)
