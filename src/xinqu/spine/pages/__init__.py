"""What the pages show: pure read models over one snapshot, one module per page."""
