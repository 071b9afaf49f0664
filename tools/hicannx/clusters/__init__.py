"""Setups whose chips are distributed over several processes, on one machine or many."""
