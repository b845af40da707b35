"""The call log: every signal, decision and command of a call, first in a local outbox, then in the database."""
