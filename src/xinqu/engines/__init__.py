"""Facts, context frames, and the evaluation of compiled expressions on Polars."""
