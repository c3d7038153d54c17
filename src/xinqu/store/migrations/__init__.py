"""Schema versions of the store; none after the first alters the event table."""
