"""The one language of checks and formulas: parsed, proved, explained, and compiled to Polars and DuckDB from one tree."""
