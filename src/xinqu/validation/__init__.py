"""Runs the checks of the pack on returns, in three values: holds, does not hold, can't be known and why."""
