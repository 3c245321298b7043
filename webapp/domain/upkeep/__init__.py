"""Keeping the house in order: what must hold, whether anything can be written, and copies of everything."""
