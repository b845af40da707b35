"""A program that others start by its name, which can be told to hang.

with FaultyProgram("espeak-ng", folder) as program:  # whoever is started meanwhile finds it on the PATH
    with program.hanging():
        ...
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from hanvisa.errors import ConfigurationError

_SCRIPT = """\
#!/bin/sh
[ -e '{hangs}' ] && : >'{hung}' && exec sleep infinity
exec '{real}' "$@"
"""


class FaultyProgram:
    """Stands in ``folder`` before the real one, which it becomes. Raises ConfigurationError where there is none."""

    def __init__(self, name: str, folder: Path) -> None:
        real = shutil.which(name)
        if real is None:
            raise ConfigurationError(f"{name} is not installed.")
        self._program, self._hangs, self._hung = folder / name, folder / "hangs", folder / "hung"
        self._path = os.environ["PATH"]
        folder.mkdir(parents=True)
        self._program.write_text(_SCRIPT.format(hangs=self._hangs, hung=self._hung, real=real))
        self._program.chmod(0o755)

    def __enter__(self) -> Self:
        os.environ["PATH"] = f"{self._program.parent}{os.pathsep}{self._path}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.environ["PATH"] = self._path

    @property
    def has_hung(self) -> bool:
        """Whether anybody was there to notice."""
        return self._hung.exists()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Whoever starts it meanwhile hears nothing of it, also later."""
        self._hangs.touch()
        try:
            yield
        finally:
            self._hangs.unlink()
