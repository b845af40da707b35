"""The directory: who there is, where they are and what is set, kept in a database and read from memory."""
