"""The direct number as a text message to a caller's mobile (O1)."""

from base64 import b64encode
from urllib.parse import urlsplit

from e2e.support.switchboard import LONG
from e2e.support.world import World
from hanvisa.lab.texting import FakeGateway
from hanvisa.lab.waiting import until

TORA = "hallefors-219"
MOBILE = "0701740689"


async def test_the_direct_number_comes_as_a_text_message_to_the_callers_mobile(world: World) -> None:
    """Key 5 of the referral (O1): the caller hears that it is on its way, and the gateway is asked once."""
    await world.given_absent(TORA)
    with FakeGateway(urlsplit(world.settings.text_url).port or 0) as gateway:
        async with gateway.listening():
            caller = await world.citizen(MOBILE, dials=world.direct_number(TORA))
            await world.commanded(caller, "fem för ett sms med direktnumret", within=LONG)
            await caller.press("5")
            await world.hears(caller, "Ett sms med direktnumret är på väg", pieces=1, within=LONG)
            await until(lambda: "texts.sent" in world.service_log_of_this_test(), what="it is sent")
    (request,) = gateway.requests
    token = world.settings.text_token.get_secret_value()
    assert request.head["authorization"] == f"Basic {b64encode(token.encode()).decode()}"
    assert request.fields == {
        "to": "+46701740689",
        "from": "Hallefors",
        "message": "Direktnummer till Tora Lindmark, Hällefors kommun: 0980-31 92 19",
    }
    log = world.service_log_of_this_test()
    assert "1740689" not in log
    assert "secret-of-the-gateway" not in log
    assert "Direktnumret till Tora Lindmark ska skickas som sms (O1)." in await world.explanation(caller)


async def test_a_number_gets_so_many_a_day_and_hears_when_there_are_no_more(world: World) -> None:
    """O1: whoever has a number that is forged is not flooded, however many calls show it."""
    await world.given_setting("text_a_day", 1)
    await world.given_absent(TORA)
    told = (
        "Ett sms med direktnumret är på väg",
        "Till ditt nummer skickas inga fler sms det närmaste dygnet",
    )
    with FakeGateway(urlsplit(world.settings.text_url).port or 0) as gateway:
        async with gateway.listening():
            for words in told:
                caller = await world.citizen("0701740687", dials=world.direct_number(TORA))
                await world.commanded(caller, "fem för ett sms med direktnumret", within=LONG)
                await caller.press("5")
                await world.hears(caller, words, pieces=1, within=LONG)
                await caller.hangup()
            await until(lambda: "texts.sent" in world.service_log_of_this_test(), what="it is sent")
    assert [request.fields["to"] for request in gateway.requests] == ["+46701740687"]
    assert "Ett nummer får högst 1 sms på ett dygn" in await world.explanation(caller)
