"""Calibrations of virtual and real chips."""
