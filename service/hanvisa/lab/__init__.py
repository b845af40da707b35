"""The laboratory: phones, a carrier, ears and an Asterisk of its own, for tests, demo and bench."""
