"""Keeps records: the event log, the objects, organisations, accounts and roles. Knows no rules."""
