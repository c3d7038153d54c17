"""Evaluates the areas: the composite index with its uncertainty (Art. 17, scientific evaluation)."""
