"""Mails to persons, by SMTP."""
