"""A small typed client of Asterisk's REST interface: commands over HTTP, events over one websocket."""
