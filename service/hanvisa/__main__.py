"""`python -m hanvisa`: the command line."""

from hanvisa.cli import app

app()
