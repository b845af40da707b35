"""Absence from calendars: iCalendar over HTTP and CalDAV are read, and absences kept as they have them."""
