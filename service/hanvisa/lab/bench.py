"""``./dev bench``: what the service costs a call, how it bears a large register and many consoles."""

import argparse
import asyncio
import sys

from hanvisa.config import read_settings
from hanvisa.errors import HanvisaError
from hanvisa.lab.bench_calls import bench_calls
from hanvisa.lab.bench_consoles import bench_consoles
from hanvisa.lab.bench_decisions import bench_decisions
from hanvisa.lab.bench_live import bench_live
from hanvisa.lab.bench_register import bench_register
from hanvisa.lab.bench_words import say
from hanvisa.lab.figures import PERFORMANCE, write_part

PARTS = {
    "calls": bench_calls,
    "decisions": bench_decisions,
    "live": bench_live,
    "register": bench_register,
    "consoles": bench_consoles,
}


def main() -> int:
    """Measure, print, and keep the tables in docs/performance.md; the exit code, which does not depend on them."""
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measures, and tells what is aimed at.")
    parser.add_argument("part", nargs="?", choices=list(PARTS), help="left out: all")
    part = parser.parse_args().part
    try:
        for name, bench in PARTS.items():
            if part in (None, name):
                write_part(PERFORMANCE, name, asyncio.run(bench(read_settings())))
                say(f"Written into {PERFORMANCE}.")
    except HanvisaError as error:
        sys.stdout.write(f"dev bench: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write("Stopped.\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
