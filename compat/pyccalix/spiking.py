"""Pulses, resets and reads of correlation sensors; see `hicannx.calibration.correlation`."""

from hicannx.calibration.correlation import evaluate_correlation, read_correlation, reset_correlation, send_postpulse, send_prepulse

__all__ = ["evaluate_correlation", "read_correlation", "reset_correlation", "send_postpulse", "send_prepulse"]
