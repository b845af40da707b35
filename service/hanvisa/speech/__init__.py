"""What is said and how it is voiced: phrases (pure), synthesis (engines), library (files by content hash)."""
