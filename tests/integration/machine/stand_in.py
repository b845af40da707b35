"""Stands in for the service in the supervisor's tests: answers /health/ready, and dies as it is told.

usage: stand_in.py serve | rescue FOLDER. ``FOLDER/broken`` makes serve end at once; rescue leaves ``FOLDER/rescued``.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health/ready" else 404)
        self.end_headers()


def main(role: str, folder: Path) -> None:
    if role == "rescue":
        (folder / "rescued").touch()
    elif (folder / "broken").exists():
        sys.exit("broken, as told")
    else:
        address = (os.environ["HANVISA_WEB_HOST"], int(os.environ["HANVISA_WEB_PORT"]))
        HTTPServer(address, Ready).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
