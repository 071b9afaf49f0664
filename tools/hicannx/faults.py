"""What can be made to go wrong, for `hicannx.inject`."""

from hicannx_sim.fpga.faults import CRCErrors, Fault, LostEvents, MissingResponse, Notification, PHYDown

__all__ = ["CRCErrors", "Fault", "LostEvents", "MissingResponse", "Notification", "PHYDown"]
