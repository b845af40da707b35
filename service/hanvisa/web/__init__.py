"""The REST API on aiohttp, and what watches over it: health and metrics."""
