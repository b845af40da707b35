"""For all tests."""

import signal


def pytest_configure() -> None:
    """SIGTERM ends a run as Ctrl-C does: what the tests have made and started is taken away."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
