"""A seeded, plausible nation with known truth: what the demonstration shows and what estimators are tested on."""
