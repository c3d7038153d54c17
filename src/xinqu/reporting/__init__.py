"""Content models of reports, and their PDF/A, HTML and chart renderings: pure functions from frames to model to bytes."""
