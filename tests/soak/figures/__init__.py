"""How often it was tried, and what was found: one module for each figure of docs/reliability.md.

A figure is a function of a scale (1: a share of a few minutes) and a seed; it returns rows of the table.
"""
