"""Asterisk's manager interface: the phones' sections, and what the fallback knows in AstDB."""
