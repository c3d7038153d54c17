"""Coordinates: difficulties with a clock and a holder, what time brings about, and major matters (Art. 17)."""
