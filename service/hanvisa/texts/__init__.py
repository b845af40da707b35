"""Text messages: an outbox on the disk, and the gateway it sends to by HTTP (docs/texts.md)."""
