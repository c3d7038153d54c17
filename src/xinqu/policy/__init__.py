"""Loads, checks and dates a pack: policy as data, each record with its dates, citation and status."""
