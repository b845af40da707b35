"""Sounds in answers."""

WAV = "audio/wav"
