"""Experiments on chips under their original import name; see `grenade`.

Messages of the log from WARN on are shown if nobody has configured where they go.
"""

from grenade.abstract import IDEAL_CAPACITANCE_PER_NEURON
from pygrenade_vx import common, execution, network, signal_flow
from pylogging._appenders import configure_if_nobody_did

__all__ = ["common", "execution", "ideal_capacitance_per_neuron", "network", "signal_flow"]

ideal_capacitance_per_neuron = IDEAL_CAPACITANCE_PER_NEURON

configure_if_nobody_did()
