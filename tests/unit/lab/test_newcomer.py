"""`./dev phone` tells how it is asked."""

import pytest

from hanvisa.lab.newcomer import _main


async def test_the_help_is_no_phone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        await _main(["--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: ./dev phone [-h] [account]\n")
