"""``./dev bench``: what the service costs a call, how it bears a large register, many consoles and too many calls."""

import argparse
import asyncio
import sys
from pathlib import Path

from hanvisa.config import read_settings
from hanvisa.errors import HanvisaError
from hanvisa.lab.bench_calls import bench_calls, bench_short_calls
from hanvisa.lab.bench_consoles import bench_consoles
from hanvisa.lab.bench_decisions import bench_decisions
from hanvisa.lab.bench_live import bench_live
from hanvisa.lab.bench_overload import bench_overload
from hanvisa.lab.bench_register import bench_register
from hanvisa.lab.bench_words import say
from hanvisa.lab.figures import PERFORMANCE, RELIABILITY, write_part

OVERLOAD = "overload"
PARTS = {
    "calls": bench_calls,
    "short-calls": bench_short_calls,
    "decisions": bench_decisions,
    "live": bench_live,
    "register": bench_register,
    "consoles": bench_consoles,
    OVERLOAD: bench_overload,
}


def document_of(part: str) -> Path:
    """Where its table is kept."""
    return RELIABILITY if part == OVERLOAD else PERFORMANCE


def main() -> int:
    """Measure, print, and keep the tables in the documents; the exit code, which does not depend on them."""
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measures, and tells what is aimed at.")
    parser.add_argument("part", nargs="?", choices=list(PARTS), help="left out: all")
    parser.add_argument("--limit", type=float, help="calls a second; overload takes it instead of finding it")
    given = parser.parse_args()
    try:
        for name, bench in PARTS.items():
            if given.part in (None, name):
                limit = {"limit": given.limit} if name == OVERLOAD else {}
                write_part(document_of(name), name, asyncio.run(bench(read_settings(), **limit)))
                say(f"Written into {document_of(name)}.")
    except HanvisaError as error:
        sys.stdout.write(f"dev bench: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write("Stopped.\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
