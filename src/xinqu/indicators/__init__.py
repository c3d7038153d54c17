"""Compiles figures from accepted returns, and walks any figure back to what it rests on."""
