"""Disclosure control of tables made from enterprise records: rules, suppression that provably protects, and its audit."""
