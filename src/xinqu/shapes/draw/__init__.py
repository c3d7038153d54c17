"""The draw: a frame committed before the seed exists, ranks by hash, a selection anybody can repeat, inspectors assigned."""
