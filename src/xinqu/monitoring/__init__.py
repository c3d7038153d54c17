"""Where each area stands against its targets: trajectories, bands and lamps, and when returns are due (Art. 17)."""
