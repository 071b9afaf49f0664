"""Who looks: voltages, events, accesses to registers, instructions of the processors. Looking changes no bit of what is computed."""

from hicannx_sim.observe.names import register_name
from hicannx_sim.observe.observation import Observation
from hicannx_sim.observe.recording import Observables, Recording

__all__ = ["Observables", "Observation", "Recording", "register_name"]
