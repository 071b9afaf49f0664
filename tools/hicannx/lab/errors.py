"""What a bench refuses."""

from hicannx.errors import HicannxError


class LabError(HicannxError, ValueError):
    """Something was asked of a bench that its chip does not have."""
