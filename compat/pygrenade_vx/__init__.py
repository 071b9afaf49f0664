"""Experiments on chips under their original import name; see `grenade`.

Messages of the log from WARN on are shown if nobody has configured where they go.
"""

from pygrenade_vx import common, execution, network, signal_flow
from pylogging._appenders import configure_if_nobody_did

__all__ = ["common", "execution", "network", "signal_flow"]

configure_if_nobody_did()
