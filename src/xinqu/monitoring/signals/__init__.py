"""Patterns that ask for a question to the reporting unit, never an accusation: each with the chance of it in honest data."""
