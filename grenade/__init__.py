"""Experiments on chips: populations and projections, their routing onto the chip, execution, recording.

Named after the original's layer. `grenade.network` describes and routes networks, `grenade.execution` runs them; `grenade.common` and
`grenade.signal_flow` hold what passes between the two. Stands on `stadls` and so drives models and real systems alike.
"""
