"""Use cases, one per file: the only callers of both the store and the core."""
