"""The telephone policy: facts in, decision out. Pure; imports nothing of ours but itself."""
