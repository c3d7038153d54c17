"""Seeded registers behind the record forms: enterprises, projects, cases, inspections and parcels that last over periods."""
