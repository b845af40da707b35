"""Every key of the console. No letters: they are for the search, and speech input would set them off."""

from __future__ import annotations

from hanvisa.web.pages.translating import gettext


def keys() -> tuple[tuple[str, str], ...]:
    return (
        ("F1", gettext("These keys; so does ? in an empty search")),
        ("F2", gettext("Answer whoever rings at your phone, else who has waited longest")),
        ("F3", gettext("To the search")),
        ("↑ ↓", gettext("Choose among those found")),
        ("Enter", gettext("Put the caller through to the chosen one; without a caller: ring")),
        ("Esc", gettext("Back to the search, and empty it")),
        ("F4", gettext("Hold the caller, or retrieve")),
        ("F6", gettext("The caller leaves a message for the chosen one")),
        ("F7", gettext("Park the caller for the chosen one")),
        ("F8", gettext("Put the caller through; after F9: join the two")),
        ("F9", gettext("Ring the chosen one, the caller on hold")),
        ("F10", gettext("Hang up")),
        ("1 – 5", gettext("After a refusal: what is allowed instead")),
        ("Shift+F1", gettext("I have read the notice")),
        ("Shift+F2", gettext("Open for calls")),
        ("Shift+F3", gettext("Pause")),
        ("Shift+F4", gettext("Close")),
        ("Shift+F5", gettext("Retrieve a parked caller")),
        ("Shift+F6", gettext("Mark the call as confidential")),
        ("Shift+F7", gettext("Hand the caller over to a colleague")),
        ("Shift+F8", gettext("The chosen one's details are wrong")),
        ("Shift+F9", gettext("Ring the chosen one though they are absent")),
        ("Shift+F10", gettext("Send the caller back to the queue")),
        ("Shift+F11", gettext("Put the caller through to the mobile")),
        ("Shift+F12", gettext("Show whom a caller who is back was for")),
        ("Ctrl+F6", gettext("Write a message for the chosen one")),
        ("Ctrl+Enter", gettext("Send what is written")),
        ("Ctrl+F7", gettext("Hand a parked caller over to a colleague")),
        ("Ctrl+F11", gettext("Take a confidential call back from the mobile")),
        ("Ctrl+F12", gettext("Mark the call as a threat")),
    )
