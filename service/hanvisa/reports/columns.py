"""Columns that several reports have."""

from __future__ import annotations

from hanvisa.policy.model import Text
from hanvisa.reports.model import Column

AT = Column("at", Text("Tid", "Time"))
PERSON = Column("person", Text("Person", "Person"))
OPERATOR = Column("operator", Text("Telefonist", "Operator"))
DEPARTMENT = Column("department", Text("Avdelning", "Department"))
WHY = Column("why", Text("Varför", "Why"))
STARTS_AT = Column("starts_at", Text("Från", "From"))
ENDS_AT = Column("ends_at", Text("Till", "Until"))
SECONDS = Column("seconds", Text("Sekunder", "Seconds"))
CALL = Column("call", Text("Samtal", "Call"))
"""Its id: `/calls/{call}/explain` tells the call."""
CALLS = Column("calls", Text("Samtal", "Calls"))
