"""Defaults of products and of their mock: LSB for each unit of activation times weight, and LSB. (facts: clients/hxtorch_jaxsnn 2.2)"""

from grenade.hagen import limits

wait_between_events = limits.WAIT_BETWEEN_EVENTS
gain = 0.002
noise_std = 2.0
