"""The shapes that all instruments reduce to: each folds events into state."""
