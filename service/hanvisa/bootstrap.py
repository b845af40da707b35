"""The composition root: settings in, a wired service out. The only module that sees everything."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from hanvisa.agi.answers import Answers
from hanvisa.agi.server import AgiServer
from hanvisa.ami.guessing import Guessers, Limits
from hanvisa.ami.other_way import AmiWay
from hanvisa.ami.proxy import ProxyAccounts
from hanvisa.ami.secrets import keep_own_calendar_password
from hanvisa.ami.turned_away import watch_turned_away
from hanvisa.ari.control import APP_PREFIX, AriControl
from hanvisa.ari.door import Door
from hanvisa.asterisks import Asterisks, KeptAsterisk
from hanvisa.calllog.open_calls import OpenCallsInState
from hanvisa.calllog.outbox import Outbox
from hanvisa.calls.bringing_out import BringingOut
from hanvisa.calls.desk import Desk
from hanvisa.calls.doorkeeper import Doorkeeper
from hanvisa.calls.house import CallSettings, House
from hanvisa.calls.live_ports import CallLoad
from hanvisa.calls.ports import Directory
from hanvisa.calls.queue import Queues
from hanvisa.calls.registry import Registry
from hanvisa.calls.signals import PhoneLost
from hanvisa.changes import Changes
from hanvisa.config import Settings
from hanvisa.directory.engine import open_database
from hanvisa.directory.message_box import MessagesInState
from hanvisa.directory.repositories.calls import CallRecords
from hanvisa.directory.searching import SEARCHED, PersonSearch
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.disk_writer import AT_ONCE, Disk, DiskWriter
from hanvisa.following import Follower
from hanvisa.mail_server import mail_server
from hanvisa.passwords import read_text_token
from hanvisa.policy.facts import CallingClass
from hanvisa.policy.forwarding import ForwardingLimits
from hanvisa.policy.model import Language
from hanvisa.policy.numbers import NumberPlan
from hanvisa.policy.outgoing import PrivateCalls
from hanvisa.run_time import in_force
from hanvisa.service import Service
from hanvisa.sip_delay import SipDelay
from hanvisa.speaking import keep_spoken
from hanvisa.speech.evidence import ThreatEvidence
from hanvisa.speech.library import SpeechLibrary
from hanvisa.speech.synthesis import EspeakSynthesiser
from hanvisa.texts.gateway import HttpGateway, check_url
from hanvisa.texts.outbox import TextOutbox
from hanvisa.texts.template import Account, read_template

if TYPE_CHECKING:
    from aiohttp import web

    from hanvisa.beside import Beside

WITHDRAW_EVERY = 1.0  # seconds


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def build(settings: Settings, voice: SpeechLibrary | None = None) -> Service:
    """A service ready to run. Raises ConfigurationError when a password is missing, or a setting won't do."""
    clock = SystemClock()
    database = open_database(settings.database_url)
    directory = SnapshotDirectory(database)
    voice = voice or SpeechLibrary(settings.state, EspeakSynthesiser())
    disk = DiskWriter(settings.state) if settings.nodes else AT_ONCE
    texts = _texts(settings, clock, disk)
    outbox = Outbox(settings.state / "outbox", CallRecords(database), clock, disk, linger=settings.log_linger)

    asterisks = Asterisks(settings, voice, clock, directory)
    # Every start has an application name of its own: what an earlier one holds can be told from what is ours.
    app = f"{APP_PREFIX}{uuid.uuid4().hex}"
    house = House(
        control=AriControl(asterisks.commanded, app),
        directory=directory,
        voice=voice,
        messages=MessagesInState(settings.state, database),
        own_sounds=voice.own,
        evidence=ThreatEvidence(settings.state),
        log=outbox,
        open_calls=OpenCallsInState(settings.state, disk),
        clock=clock,
        texts=texts,
        queues=Queues(wrap_up=settings.wrap_up),
        plan=NumberPlan(settings.outside_prefix, settings.outside_prefix_required),
        settings=_call_settings(settings),
    )
    guessers, shutting_out = _shutting_out(settings, asterisks.kept[0], clock)

    async def withdraw_transfers() -> None:
        house.tell_in_fallback(await asterisks.withdraw_transfers())

    search, searchable = _searching(directory)
    transfers = Follower("transfers", frozenset(), withdraw_transfers, awaited=True, every=WITHDRAW_EVERY)
    asterisks.on_connected(transfers.again)
    registry = Registry(house, missed=transfers.again, nodes=settings.nodes)
    doorkeeper, sip_delay = _doorkeeper(
        settings, asterisks, registry, clock, lambda: not settings.nodes and service.streams[0].connected
    )
    asterisks.watch(emergency=house.alarms.dialled, lost=lambda account: registry.deliver(PhoneLost(account)))
    followers = (
        transfers,
        shutting_out,
        *asterisks.followers,
        *([_accounts_at_the_proxy(settings, directory)] if settings.proxy else []),
        keep_spoken(voice, lambda: directory.register),
    )

    server = mail_server(settings)

    def register_changed(tables: frozenset[str]) -> None:
        for follower in (*followers, searchable):
            follower.changed(tables)
        asterisks.project(directory.register)
        house.queues.wake()

    directory.on_change(_settings_kept(settings, directory, house))
    directory.on_change(register_changed)
    desk = Desk(house)
    changes = Changes(desk.calls, desk.busy, lambda: directory.register, clock.now)
    house.live.on_stir(changes.calls_stirred)
    house.queues.on_wake(changes.calls_stirred)
    directory.on_stored(changes.stored)

    def make_the_rest() -> tuple[web.Application, tuple[Beside, ...]]:
        # Imported when the calls are served already: half a second and more that no caller waits for.
        from hanvisa.explaining import story_of  # noqa: PLC0415
        from hanvisa.later import make_later  # noqa: PLC0415
        from hanvisa.web.app import create_app  # noqa: PLC0415
        from hanvisa.web.services import Services  # noqa: PLC0415

        later = make_later(settings, database, directory, server=server, voice=voice, clock=clock)
        app = create_app(
            Services(
                directory=directory,
                database=database,
                clock=clock,
                given=settings,
                voice=voice,
                health=service.health,
                away=service.away,
                story=lambda entries, language: story_of(entries, language, directory),
                live_calls=desk,
                changes=changes,
                calendar_read=later.calendars.reading,
                keep_calendar_password=partial(keep_own_calendar_password, settings.state / "secrets.json"),
                keep_recording=voice.own.take,
                readings=voice.recordings,
                guessers=guessers,
                load=lambda: CallLoad(
                    registry.taken,
                    registry.not_taken,
                    doorkeeper.turned_away,
                    doorkeeper.refused,
                    doorkeeper.admission,
                ),
                call_log=outbox,
                plan=house.plan,
                search=search,
            )
        )
        return app, later.beside

    service = Service(
        settings=settings,
        database=database,
        directory=directory,
        disk=disk,
        outbox=outbox,
        clients=tuple(asterisks.clients.values()),
        registry=registry,
        bringing_out=BringingOut(
            house,
            AmiWay(asterisks.managers[0]),
            lambda: bool(settings.nodes) or service.streams[0].connected,
        ),
        streams=asterisks.streams(app, registry.deliver),
        managers=asterisks.managers,
        projections=asterisks.projections,
        agi=AgiServer(
            settings.agi_port,
            Answers(
                directory,
                voice,
                clock,
                house.plan,
                lambda: house.settings.operator_consults_mobile,
                Language(settings.language),
            ),
        ),
        doorkeeper=doorkeeper,
        sip_delay=sip_delay,
        followers=followers,
        searchable=searchable,
        texts=texts,
        said_again=voice.said_again,
        make_later=make_the_rest,
    )
    return service


def _doorkeeper(
    settings: Settings,
    asterisks: Asterisks,
    registry: Registry,
    clock: SystemClock,
    connected: Callable[[], bool],
) -> tuple[Doorkeeper, SipDelay]:
    """Goes by how long calls wait for the registry, and SIP in Asterisk."""
    sip_delay = SipDelay(settings.sip_host, settings.sip_port)
    door = Door(asterisks.client_beside())
    doorkeeper = Doorkeeper(registry.delays, sip_delay.measured, clock, door.tell, connected)
    watch_turned_away(asterisks.managers[0], doorkeeper.count_turned_away, doorkeeper.count_refused)
    return doorkeeper, sip_delay


def _accounts_at_the_proxy(settings: Settings, directory: Directory) -> Follower:
    accounts = ProxyAccounts(settings.state)

    async def published() -> None:
        await accounts.publish(directory.register)

    return Follower("accounts at the proxy", frozenset({"phones"}), published, awaited=True)


def _shutting_out(
    settings: Settings, asterisk: KeptAsterisk, clock: SystemClock
) -> tuple[Guessers, Follower]:
    """Who guesses phones' passwords, and what has Asterisk shut them out and let them in again.

    Where phones are behind a proxy all come from its address: it is the one that shuts out.
    """
    manager = asterisk.manager
    guessers = Guessers(
        settings.state,
        manager,
        clock,
        Limits(settings.phone_tries, timedelta(seconds=settings.phone_shut_out)),
        trusted=(settings.carrier_host, settings.proxy.rpartition(":")[0]),
        node=asterisk.node,
    )

    next_time: asyncio.TimerHandle | None = None

    async def published() -> None:
        nonlocal next_time
        if not await asterisk.is_there():
            return
        until_next = await guessers.publish()
        if next_time is not None:
            next_time.cancel()
            next_time = None
        if until_next is not None:
            next_time = asyncio.get_running_loop().call_later(until_next.total_seconds(), follower.again)

    follower = Follower("addresses that are shut out", frozenset(), published)
    guessers.on_due(follower.again)
    manager.on_connected(follower.again)
    return guessers, follower


def _call_settings(settings: Settings) -> CallSettings:
    return CallSettings(
        ring_person=settings.ring_person,
        ring_operator=settings.ring_operator,
        ring_in_turn=settings.ring_in_turn,
        queue_say_every=settings.queue_say_every,
        wait_for_paused=settings.wait_for_paused,
        callback_again=settings.callback_again,
        held_remind=settings.held_remind,
        held_back=settings.held_back,
        whisper=settings.whisper,
        key_wait=settings.key_wait,
        keying=settings.keying,
        operator_consults_mobile=settings.operator_consults_mobile,
        unanswered_transfer=settings.unanswered_transfer,
        camp_on=settings.camp_on,
        camp_on_retry=settings.camp_on_retry,
        mobile_tone_after=settings.mobile_tone_after,
        mobile_tone_every=settings.mobile_tone_every,
        message_longest=settings.message_longest,
        message_silence=settings.message_silence,
        message_due=settings.message_due,
        forwarding=ForwardingLimits(settings.forwarding_longest, settings.forwarding_days),
        text_a_day=settings.text_a_day,
        recordings_a_day=settings.recordings_a_day,
        record_threats=settings.record_threats,
        may_call=CallingClass(settings.may_call),
        private_prefix=settings.private_prefix,
        private_calls_fixed=PrivateCalls(settings.private_calls_fixed),
    )


def _searching(directory: Directory) -> tuple[PersonSearch, Follower]:
    """With its index made beforehand whenever persons have changed: who searches would wait for it."""
    search = PersonSearch()
    return search, Follower("search", SEARCHED, lambda: search.index(directory.register))


def _settings_kept(
    settings: Settings, directory: Directory, house: House
) -> Callable[[frozenset[str]], None]:
    """Has the calls go by what an admin has changed."""

    def changed(tables: frozenset[str]) -> None:
        if "settings" in tables:
            house.settings = _call_settings(in_force(settings, directory.register.settings.rows))

    return changed


def _texts(settings: Settings, clock: SystemClock, disk: Disk) -> TextOutbox | None:
    """The outbox of text messages, None where no gateway is set."""
    if not settings.text_url:
        return None
    check_url(settings.text_url)
    account = Account(settings.text_from, read_text_token(settings))
    template = read_template(settings.text_template, account)
    return TextOutbox(
        settings.state / "texts", HttpGateway(settings.text_url, template, account), clock, disk
    )
