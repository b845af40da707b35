"""A plain Asterisk: no service, three phones and a few lines of dialplan."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np

from hanvisa.config import Settings
from hanvisa.lab.alaw import decode, encode
from hanvisa.lab.asterisk import Asterisk, find_root
from hanvisa.lab.hearing import melody

_DIALPLAN = """\
[from-phone]
exten => _2XX,1,Dial(PJSIP/phone-${{EXTEN}},10)
exten => _0X.,1,Dial(PJSIP/${{EXTEN}}@carrier,10)
exten => 300,1,Playback({spoken})
[from-carrier]
exten => _2XX,1,Dial(PJSIP/phone-${{EXTEN}},10)
"""
_ACCOUNT = """\
[{account}](phone)
auth={account}
aors={account}
set_var=PJSIP_TRANSFER_HANDLING()=core
[{account}](phone-auth)
username={account}
password=secret-{account}
[{account}](phone-aor)
"""
SPOKEN = decode(encode(np.concatenate([melody(seed, 1.2) for seed in (1, 2, 3)])))  # by 300
ACCOUNTS = ("phone-201", "phone-202", "phone-203")


@asynccontextmanager
async def plain_asterisk(base: int, **changed: Any) -> AsyncIterator[Asterisk]:
    """On these ports. ``changed`` are settings that differ from the usual ones."""
    settings = Settings(state=Path(tempfile.mkdtemp(prefix="hv")), base_port=base, **changed)
    etc = settings.state / "asterisk" / "etc"
    etc.mkdir(parents=True)
    (etc / "pjsip_phones.conf").write_text("".join(_ACCOUNT.format(account=each) for each in ACCOUNTS))
    dialplan = settings.state / "dialplan"
    dialplan.mkdir()
    (dialplan / "plain.conf").write_text(_DIALPLAN.format(spoken=settings.state / "spoken"))
    (settings.state / "spoken.alaw").write_bytes(encode(SPOKEN))
    try:
        async with Asterisk(settings, find_root(settings), dialplan, urgent=True) as running:
            yield running
    finally:
        shutil.rmtree(settings.state)
