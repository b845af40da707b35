"""One instance's configuration: the templates beside, filled in with its ports, folders and passwords."""

from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template

from provisioning import encryption, music, secrets
from provisioning.encryption import Encryption
from provisioning.problem import Problem

HERE = Path(__file__).resolve().parent.parent
DIALPLAN = HERE.parent / "dialplan"
LONGEST_STATE = 80  # characters: a Unix socket's path ends at 107
DIVIDES = frozenset(',&|^;?:$"\\()[]{}\n')  # at what the dialplan divides what it plays, or what it expands
OWN_FOLDERS = ("etc", "lib", "run", "log")
SHARED_FOLDERS = ("spool",)  # whichever of several nodes records


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where this instance listens, and where its carrier is.

    Of several nodes each has a name (``node``), listens for commands (ARI, AMI) at ``commands_host``, takes them from
    the addresses ``commands_from`` (with commas between), and has a SIP ``proxy`` (host:port) before it.
    """

    sip_host: str = "127.0.0.1"
    sip_port: int = 5060
    ari_port: int = 8088
    ami_port: int = 5038
    carrier_host: str = "127.0.0.2"
    carrier_port: int = 5060
    rtp_first: int = 10000
    rtp_last: int = 10799
    node: str = ""
    commands_host: str = "127.0.0.1"
    commands_from: str = "127.0.0.1"
    proxy: str = ""

    @classmethod
    def from_base(cls, base: int) -> "Ports":
        """All ports from one: SIP +0, ARI +1, AMI +2, the carrier's +4, RTP +100 to +499."""
        return cls(
            sip_port=base,
            ari_port=base + 1,
            ami_port=base + 2,
            carrier_port=base + 4,
            rtp_first=base + 100,
            rtp_last=base + 499,
        )


def write(state: Path, ports: Ports, dialplan: Path = DIALPLAN, encrypted: Encryption | None = None) -> Path:
    """Write the configuration of the instance in ``state`` and give its folder.

    What others write there (pjsip_phones.conf) stays as it is.

    Raises:
        Problem: the state folder's path is too long for Asterisk's socket, or has in it what the dialplan divides at,
            or a certificate won't do.
    """
    if len(str(state)) > LONGEST_STATE:
        raise Problem(
            f"The path {state} is too long for Asterisk's socket: choose a state folder with a shorter one."
        )
    if divides := DIVIDES.intersection(str(state)):
        raise Problem(
            f"The path {state} has {' '.join(sorted(divides))} in it, at which Asterisk's dialplan divides: callers "
            "would hear nothing without the service. Choose a state folder without."
        )
    asterisk = state / "asterisk"
    folders = {name: asterisk / ports.node / name for name in OWN_FOLDERS}
    folders |= {name: asterisk / name for name in SHARED_FOLDERS}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    etc = folders["etc"]
    passwords = secrets.ensure(state)
    values = {
        **{name: str(value) for name, value in asdict(ports).items()},
        **{name: str(folder) for name, folder in folders.items()},
        **_between(ports),
        "music": str(music.ensure(asterisk / "music").parent),
        "dialplan": str(dialplan),
        "ari_password": passwords["ari"],
        "ami_password": passwords["ami"],
        **encryption.write(etc, ports.sip_host, encrypted),
    }
    for template in sorted(HERE.glob("*.conf")):
        secrets.write_private(etc / template.name, Template(template.read_text()).substitute(values))
    # Asterisk begins with nobody shut out: without the service nobody would let them in again.
    secrets.write_private(etc / "acl_denied.conf", "; Nobody is shut out.\n")
    phones = etc / "pjsip_phones.conf"
    if not phones.exists():
        secrets.write_private(phones, "; The phones, written by the service from its register.\n")
    return etc


def _between(ports: Ports) -> dict[str, str]:
    """What stands between this Asterisk and its phones, its carrier and its service.

    A proxy knows where phones are registered, and refuses to ring one that is not: none is asked beforehand. It alone
    reaches us, and says by a header what comes from the carrier.
    """
    permitted = (f"permit = {host.strip()}/255.255.255.255" for host in ports.commands_from.split(","))
    values = {"commands_permitted": "\n".join(permitted)}
    if not ports.proxy:
        return values | {
            "carrier_identifier": "ip",
            "carrier_match": f"match = {ports.carrier_host}",
            "carrier_proxy": "; No proxy stands before us.",
            "rewrite_contact": "yes",
            "phone_contacts": "max_contacts = 5\nremove_unavailable = yes\nqualify_frequency = 30",
        }
    return values | {
        "carrier_identifier": "header",
        "carrier_match": "match_header = X-Hanvisa-From: carrier",
        "carrier_proxy": f"outbound_proxy = sip:{ports.proxy}\\;lr",
        "rewrite_contact": "no",
        "phone_contacts": "max_contacts = 0\nqualify_frequency = 0",
    }
