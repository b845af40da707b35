"""What is kept, by kind: read and changed through one class each, made with the database.

Changes are made in an :class:`~hanvisa.directory.auditing.Actor`'s name, are audited, and are in the snapshot of this
process when the method returns. ``version`` is the one that the changer has read: Conflict when it is no longer the
newest; None changes whatever is there. Every method raises StorageError when the database does not answer.
"""
