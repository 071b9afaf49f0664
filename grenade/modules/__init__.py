"""Networks of populations and projections as objects that run together: what event-based training in the loop is written against.

An `Experiment` knows the modules that were made with it. Each run takes their present spike times and weights, writes only what differs,
and leaves in every population what was recorded. (facts: clients/hxtorch_jaxsnn 4.3)
"""

from grenade.modules.experiment import ExecutionInstance, Experiment
from grenade.modules.observables import Observables
from grenade.modules.parameters import HXBaseParameter, HXParameter, MixedHXModelParameter
from grenade.modules.populations import InputPopulation, Morphology, Population, SingleCompartmentNeuron
from grenade.modules.projections import Projection, ProjectionConnection

__all__ = [
    "ExecutionInstance",
    "Experiment",
    "HXBaseParameter",
    "HXParameter",
    "InputPopulation",
    "MixedHXModelParameter",
    "Morphology",
    "Observables",
    "Population",
    "Projection",
    "ProjectionConnection",
    "SingleCompartmentNeuron",
]
