"""Puts an Asterisk and its configuration where there is none. Standard library only: it runs first of all."""
