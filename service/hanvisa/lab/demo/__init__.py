"""``./dev demo``: the calls of demo/calls placed with real phones, each told as a short story."""
