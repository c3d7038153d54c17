"""The pages: each view parses, calls one read model and says what it found."""
