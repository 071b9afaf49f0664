"""Rows of the analog memory, and what calibrations in a cache depend on; see `hicannx.calibration`."""

from hicannx.calibration.model_version import get_repo_state
from hicannx.calibration.programs import write_capmem_row

__all__ = ["get_repo_state", "write_capmem_row"]
