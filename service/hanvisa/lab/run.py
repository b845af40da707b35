"""``./dev run``: puts everything in place, starts it, says what is there, and stays up until it is told to stop."""

import asyncio
import fcntl
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from hanvisa.config import Settings, read_settings
from hanvisa.directory.migrations import upgrade
from hanvisa.errors import ConfigurationError, HanvisaError
from hanvisa.keeper import TOLD_TO_STOP
from hanvisa.lab import newcomer
from hanvisa.lab.asterisk import CONFIGURATION, REPOSITORY
from hanvisa.lab.system import System, environment

DEMO = REPOSITORY / "demo" / "directory"


def main() -> int:
    """Run until told to stop; the exit code."""
    try:
        settings = read_settings()
        settings.state.mkdir(parents=True, exist_ok=True)
        with only_one(settings.state):
            check_ports(settings)
            remember_base_port(settings)
            asyncio.run(_until_stopped(settings))
    except HanvisaError as error:
        say(f"dev run: {error}")
        return 1
    return 0


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def only_one(state: Path) -> Iterator[None]:
    """Hold the state folder.

    Raises:
        ConfigurationError: another run holds it.
    """
    with (state / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(
                f"hanvisa runs in {state} already. Stop it with Ctrl-C where it runs, "
                "or start a second one beside it: ./dev run --state DIR --base-port 21000"
            ) from None
        yield


def check_ports(settings: Settings) -> None:
    """See that the ports are free.

    Raises:
        ConfigurationError: one is taken by another program.
    """
    tcp, udp = socket.SOCK_STREAM, socket.SOCK_DGRAM
    wanted = [
        ("SIP", udp, settings.sip_host, settings.sip_port),
        ("SIP", tcp, settings.sip_host, settings.sip_port),
        ("ARI", tcp, "127.0.0.1", urlsplit(settings.ari_url).port or 80),
        ("AMI", tcp, "127.0.0.1", settings.ami_port),
        ("the API", tcp, settings.web_host, settings.web_port),
    ]
    if settings.sip_tls_port is not None:
        wanted.append(("SIP over TLS", tcp, settings.sip_host, settings.sip_tls_port))
    for name, kind, host, port in wanted:
        with socket.socket(socket.AF_INET, kind) as trial:
            if kind == tcp:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((host, port))
            except OSError as error:
                raise ConfigurationError(
                    f"{host}:{port} (for {name}) can't be had: {error.strerror}. "
                    "Choose other ports: ./dev run --base-port 21000"
                ) from error


def remember_base_port(settings: Settings) -> None:
    """So that the other commands of ``./dev`` find this instance."""
    file = settings.state / "base-port"
    if settings.base_port is None:
        file.unlink(missing_ok=True)
    else:
        file.write_text(f"{settings.base_port}\n")


async def _until_stopped(settings: Settings) -> None:
    running = asyncio.current_task()
    assert running is not None  # noqa: S101 - a coroutine that runs has a task
    loop = asyncio.get_running_loop()
    for number in TOLD_TO_STOP:
        loop.add_signal_handler(number, running.cancel)
    with suppress(asyncio.CancelledError):
        await _provision(settings)
        await _import_demo(settings)
        system = System(settings, say=say)
        try:
            say("Starting Asterisk and the service ...")
            await system.start()
            say(newcomer.guide(await newcomer.read_register(settings), settings))
            await system.supervise()
        finally:
            say("Stopping ...")
            await system.stop()
            say("Stopped.")


async def _provision(settings: Settings) -> None:
    options = ["--asterisk-only", f"--state={settings.state}"]
    if settings.asterisk_root is not None:
        options.append(f"--root={settings.asterisk_root}")
    await _carry_out("Provisioning", str(CONFIGURATION / "provision"), *options, settings=settings)


async def _import_demo(settings: Settings) -> None:
    """Fill a new database with the demo directory. One that holds somebody keeps its own."""
    await upgrade(settings.database_url)  # as the service does, which is started next
    register = await newcomer.read_register(settings)
    if register.organisations.rows:
        return
    say("Importing the demo directory ...")
    await _carry_out("The import", "-m", "hanvisa", "import", str(DEMO), settings=settings)


async def _carry_out(name: str, *words: str, settings: Settings) -> None:
    """Run one of our programs to its end.

    Raises:
        ConfigurationError: it failed; it has said why.
    """
    program = await asyncio.create_subprocess_exec(sys.executable, *words, env=environment(settings))
    try:
        code = await program.wait()
    except asyncio.CancelledError:
        program.terminate()
        await program.wait()
        raise
    if code != 0:
        raise ConfigurationError(f"{name} failed (see above).")


if __name__ == "__main__":
    sys.exit(main())
