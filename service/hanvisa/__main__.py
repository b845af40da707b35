"""`hanvisa`, and `python -m hanvisa`: the command line, in a process of its own."""

from __future__ import annotations

import sys

from hanvisa.cli import app
from hanvisa.errors import HanvisaError
from hanvisa.terminal import must_be_utf8, telling_output


def main() -> None:
    try:
        for word in sys.argv[1:]:
            must_be_utf8(word)
        with telling_output():
            app()
    except HanvisaError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
