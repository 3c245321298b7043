"""Benchmarks: `./dev bench NAME` runs one on any machine, prints a table, and writes JSON under benchmarks/results/."""
