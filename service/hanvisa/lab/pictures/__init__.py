"""Pictures of every page, taken of a system of their own with the demo directory: `./dev pictures`."""
