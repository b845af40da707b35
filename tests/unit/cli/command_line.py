"""The command line, called within the tests' own process."""

from typer.testing import CliRunner, Result

from hanvisa.cli import app


def hanvisa(*words: str, keyed: str = "") -> Result:
    return CliRunner().invoke(app, words, input=keyed)
