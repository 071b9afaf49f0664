"""Several connected neuron circuits as one container, placed by its coordinate."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from halco import AtomicNeuronOnDLS, CompartmentOnLogicalNeuron, LogicalNeuronOnDLS
from halco.value import shown
from haldls.container import OMNIBUS, Container
from haldls.errors import ContainerError, CoordinateError
from haldls.fields import Field
from haldls.lola._cells import ANALOG
from haldls.lola.neuron import AtomicNeuron, Multicompartment
from haldls.lola.table import Member, Struct

__all__ = ["LogicalNeuron", "MCSafeAtomicNeuron"]


class MorphologyError(ContainerError):
    """The circuits cannot be connected like this."""


class MCSafeMulticompartment(Struct):
    """What may be changed about the connections of a circuit without changing the morphology."""

    enable_conductance_division = Field(bool, doc="a quarter of the conductance")
    enable_conductance_multiplication = Field(bool, doc="four times the conductance")
    i_bias_nmda = Field(ANALOG, doc="bias of the conductance towards the somatic line")

    # there as in the original, for what is stored, but nobody's to change
    _connect_soma = Field(bool, doc="connect the membrane to the somatic line without a resistance")
    _connect_soma_right = Field(bool, doc="connect the somatic line to that of the right neighbour")
    _connect_right = Field(bool, doc="connect the membrane to that of the right neighbour")
    _connect_vertical = Field(bool, doc="connect the membrane to that of the neuron in the other row")
    _enable_conductance = Field(bool, doc="connect the membrane to the somatic line through the conductance")

    def __init__(self, source: Any = None, **fields: Any) -> None:
        super().__init__(*([source] if isinstance(source, MCSafeMulticompartment) else []), **fields)
        if isinstance(source, Multicompartment):
            _copy_safe(source, self)
        elif source is not None and not isinstance(source, MCSafeMulticompartment):
            raise TypeError(f"an MCSafeAtomicNeuron.Multicompartment is made from that of an AtomicNeuron, not from {shown(source)}")


class Joint(NamedTuple):
    """Two neighbouring circuits, each as (compartment, index), that a switch of the one further to the left connects."""

    switch: str
    one: tuple[int, int]
    other: tuple[int, int]


class MCSafeAtomicNeuron(Struct):
    """A neuron circuit of a logical neuron: everything but its connections to other circuits.

    Can be made from an AtomicNeuron or from its Multicompartment part; the connections are left out.
    """

    SynapticInput, Leak, Reset, Threshold = AtomicNeuron.SynapticInput, AtomicNeuron.Leak, AtomicNeuron.Reset, AtomicNeuron.Threshold
    ConstantCurrent, MembraneCapacitance = AtomicNeuron.ConstantCurrent, AtomicNeuron.MembraneCapacitance
    Adaptation, Exponential, EventRouting = AtomicNeuron.Adaptation, AtomicNeuron.Exponential, AtomicNeuron.EventRouting
    Readout, RefractoryPeriod, Bayesian = AtomicNeuron.Readout, AtomicNeuron.RefractoryPeriod, AtomicNeuron.Bayesian
    Multicompartment = MCSafeMulticompartment

    excitatory_input = Member(AtomicNeuron.SynapticInput, doc="synaptic input that excites")
    inhibitory_input = Member(AtomicNeuron.SynapticInput, doc="synaptic input that inhibits")
    leak = Member(AtomicNeuron.Leak, doc="pulls the membrane to its resting potential")
    reset = Member(AtomicNeuron.Reset, doc="pulls the membrane to its reset potential after a spike")
    threshold = Member(AtomicNeuron.Threshold, doc="where the neuron fires")
    multicompartment = Member(MCSafeMulticompartment, doc="strength of the connection to other circuits")
    constant_current = Member(AtomicNeuron.ConstantCurrent, doc="constant current onto the membrane")
    membrane_capacitance = Member(AtomicNeuron.MembraneCapacitance, doc="capacitor of the membrane")
    adaptation = Member(AtomicNeuron.Adaptation, doc="adaptation to the membrane and to spikes")
    exponential = Member(AtomicNeuron.Exponential, doc="exponential term of the membrane equation")
    event_routing = Member(AtomicNeuron.EventRouting, doc="where spikes go and which address they carry")
    readout = Member(AtomicNeuron.Readout, doc="what can be seen from outside")
    refractory_period = Member(AtomicNeuron.RefractoryPeriod, doc="how long the neuron stays reset after a spike")
    bayesian = Member(AtomicNeuron.Bayesian, doc="combination of spikes with those of neighbours")

    def __init__(self, source: Any = None, **fields: Any) -> None:
        super().__init__(*([source] if isinstance(source, MCSafeAtomicNeuron) else []), **fields)
        if isinstance(source, AtomicNeuron):
            _copy(source, self)
        elif isinstance(source, Multicompartment):
            _copy_safe(source, self.multicompartment)
        elif source is not None and not isinstance(source, MCSafeAtomicNeuron):
            raise TypeError(f"an MCSafeAtomicNeuron is made from an AtomicNeuron or its multicompartment part, not from {shown(source)}")


SAFE = [field.name for field in MCSafeMulticompartment.fields() if not field.name.startswith("_")]


def _copy(source: Any, target: Any) -> None:
    for field in MCSafeAtomicNeuron.fields():
        if field.name != "multicompartment":
            setattr(target, field.name, getattr(source, field.name))
    _copy_safe(source.multicompartment, target.multicompartment)


def _copy_safe(source: Any, target: Any) -> None:
    for name in SAFE:
        setattr(target, name, getattr(source, name))


class LogicalNeuron(Container):
    """Several connected circuits as one container; its coordinate says where they stand.

    `neuron[compartment, index]` is a circuit without its connections. Made by `Morphology.done`. Where the coordinate mirrors the
    neuron left to right, the switches between two circuits are set in the one that comes to stand on the left. What was read from a file
    does not say which circuits were meant: its switches are written as they are.
    """

    # the number of circuits differs from one instance to the next, which no table of fields can say
    coordinate = LogicalNeuronOnDLS
    backends = OMNIBUS
    __slots__ = ("_joints", "_morphology", "_neurons")

    def __init__(self, other: LogicalNeuron | None = None) -> None:
        self._morphology: dict[int, list[Multicompartment]] = {}
        self._neurons: dict[int, list[MCSafeAtomicNeuron]] = {}
        self._joints: list[Joint] | None = []  # None: what the circuits' switches connect is known only at their places
        if other is not None:
            if not isinstance(other, LogicalNeuron):
                raise TypeError(f"a LogicalNeuron is made by Morphology.done, or from another one, not from {shown(other)}")
            self._morphology = {index: [Multicompartment(one) for one in some] for index, some in other._morphology.items()}
            self._neurons = {index: [MCSafeAtomicNeuron(one) for one in some] for index, some in other._neurons.items()}
            self._joints = other._joints

    @classmethod
    def _of(cls, morphology: dict[int, list[Multicompartment]], joints: Iterable[Joint]) -> LogicalNeuron:
        made = cls()
        made._morphology, made._joints = morphology, list(joints)
        made._neurons = {index: [MCSafeAtomicNeuron(one) for one in some] for index, some in morphology.items()}
        return made

    def _at(self, key: tuple[Any, int]) -> tuple[list[MCSafeAtomicNeuron], int]:
        if not isinstance(key, tuple) or len(key) != 2 or not all(hasattr(type(one), "__index__") for one in key):
            raise TypeError(f"a logical neuron is indexed by a CompartmentOnLogicalNeuron and the number of a circuit, not {shown(key)}")
        compartment, index = int(CompartmentOnLogicalNeuron(key[0])), int(key[1])
        if compartment not in self._neurons or not 0 <= index < len(self._neurons[compartment]):
            raise IndexError(f"the logical neuron has no circuit {index} in compartment {compartment}")
        return self._neurons[compartment], index

    def __getitem__(self, key: tuple[CompartmentOnLogicalNeuron, int]) -> MCSafeAtomicNeuron:
        neurons, index = self._at(key)
        return neurons[index]

    def __setitem__(self, key: tuple[CompartmentOnLogicalNeuron, int], neuron: MCSafeAtomicNeuron) -> None:
        neurons, index = self._at(key)
        if not isinstance(neuron, MCSafeAtomicNeuron):
            raise TypeError(f"a circuit of a logical neuron is an MCSafeAtomicNeuron, not {neuron!r}")
        neurons[index] = MCSafeAtomicNeuron(neuron)

    @property
    def morphology(self) -> dict[CompartmentOnLogicalNeuron, list[MCSafeAtomicNeuron]]:
        """The circuits by compartment. They are those of the neuron: changing one of them changes the neuron."""
        return {CompartmentOnLogicalNeuron(index): [*circuits] for index, circuits in sorted(self._neurons.items())}

    def collapse_neuron(self) -> dict[CompartmentOnLogicalNeuron, list[AtomicNeuron]]:
        """The circuits with their connections, compartment by compartment."""
        return {
            CompartmentOnLogicalNeuron(index): [self._whole(index, number) for number in range(len(circuits))]
            for index, circuits in sorted(self._neurons.items())
        }

    def _whole(self, compartment: int, number: int) -> AtomicNeuron:
        made = AtomicNeuron()
        made.multicompartment = self._morphology[compartment][number]
        _copy(self._neurons[compartment][number], made)
        return made

    @staticmethod
    def _places(coordinate: LogicalNeuronOnDLS | None) -> list[tuple[int, list[Any]]]:
        if not isinstance(coordinate, LogicalNeuronOnDLS):
            raise CoordinateError(f"LogicalNeuron stands on LogicalNeuronOnDLS, not on {coordinate!r}")
        return sorted((int(index), places) for index, places in coordinate.get_placed_compartments().items())

    def write_access(
        self, coordinate: LogicalNeuronOnDLS | None, backend: Any = None
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint8]]:
        """Addresses, words and byte enables of a write. Raises MorphologyError if the coordinate is of another shape."""
        places = self._places(coordinate)
        circuits = self._placed({(index, number): place for index, some in places for number, place in enumerate(some)})
        if not circuits:
            return np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint8)
        accesses = [neuron.write_access(place, backend) for place, neuron in circuits]
        addresses, words, enables = (np.concatenate(columns) for columns in zip(*accesses, strict=True))
        return addresses, words, enables

    def encode(self, coordinate: LogicalNeuronOnDLS | None = None, backend: Any = None) -> NDArray[np.uint32]:
        """Words of a write at the coordinate: where the neuron stands decides how many there are, and where the switches go."""
        return self.write_access(coordinate, backend)[1]

    def _placed(self, places: Mapping[tuple[int, int], Any]) -> list[tuple[Any, AtomicNeuron]]:
        """Place and contents of each circuit, by compartment and index."""
        circuits = {(int(index), number): one for index, some in self.collapse_neuron().items() for number, one in enumerate(some)}
        if set(circuits) != set(places):
            raise MorphologyError(f"the logical neuron has other compartments than its coordinate, which has {sorted(places)}")
        for neuron in circuits.values() if self._joints is not None else ():
            neuron.multicompartment.connect_right = neuron.multicompartment.connect_soma_right = False
        for switch, one, other in self._joints or ():
            left = min(one, other, key=lambda circuit: int(places[circuit].x()))
            setattr(circuits[left].multicompartment, switch, True)
        return [(places[circuit], neuron) for circuit, neuron in circuits.items()]

    @classmethod
    def read_access(cls, coordinate: LogicalNeuronOnDLS, backend: Any = None) -> NDArray[np.uint32]:
        """Addresses of a read."""
        enums = [int(place) for _, places in cls._places(coordinate) for place in places]
        return AtomicNeuron.layout(backend).addresses(enums, False).ravel() if enums else np.zeros(0, dtype=np.uint32)

    def decode(self, words: Any, coordinate: LogicalNeuronOnDLS | None = None, backend: Any = None) -> None:
        """Takes circuits and connections from the words read at the coordinate.

        Raises MorphologyError if a circuit is connected to one on its right that is not part of the coordinate.
        """
        size, start = AtomicNeuron.layout(backend).n_read, 0
        places, circuits = self._places(coordinate), dict[tuple[int, int], AtomicNeuron]()
        for index, some in places:
            for number, place in enumerate(some):
                neuron = circuits[index, number] = AtomicNeuron()
                neuron.decode(words[start : start + size], place, backend)
                start += size
        found = {(int(place.x()), int(place.y())): (index, number) for index, some in places for number, place in enumerate(some)}
        self._take(circuits, list(_joints_of(circuits, found)))

    def _take(self, circuits: Mapping[tuple[int, int], AtomicNeuron], joints: list[Joint] | None) -> None:
        self._morphology, self._neurons, self._joints = {}, {}, joints
        for (index, _), neuron in circuits.items():
            self._morphology.setdefault(index, []).append(Multicompartment(neuron.multicompartment))
            self._neurons.setdefault(index, []).append(MCSafeAtomicNeuron(neuron))

    def _state(self) -> dict[str, Any]:
        """Circuits by compartment, and the joints between them."""
        circuits = {str(int(index)): [one._state() for one in some] for index, some in self.collapse_neuron().items()}
        return {"compartments": circuits, "joints": self._joints}

    def _take_state(self, state: Any) -> None:
        compartments = _stored_compartments(state)
        joints = None if state["joints"] is None else _stored_joints(state)
        circuits = {(index, number): AtomicNeuron() for index, some in compartments.items() for number in range(len(some))}
        if any(joint.switch not in SWITCHES or not {joint.one, joint.other} <= set(circuits) for joint in joints or ()):
            raise ContainerError(f"the joints of a LogicalNeuron connect two of its circuits, not {shown(state['joints'])}")
        for (index, number), neuron in circuits.items():
            neuron._take_state(compartments[index][number])
        self._take(circuits, joints)

    def __getstate__(self) -> bytes:
        return json.dumps(self._state()).encode()

    def __setstate__(self, state: bytes) -> None:
        try:
            stored = json.loads(state)
        except (ValueError, RecursionError) as error:
            raise ContainerError(f"these {len(state)} bytes are not the state of a LogicalNeuron: {error}") from None
        self._take_state(stored)

    @classmethod
    def _fingerprint(cls) -> int:
        return zlib.crc32(b"LogicalNeuron") ^ AtomicNeuron._fingerprint()

    def __eq__(self, other: object) -> bool:
        return self.collapse_neuron() == other.collapse_neuron() if isinstance(other, LogicalNeuron) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> LogicalNeuron:
        return type(self)(self)

    def __deepcopy__(self, memo: Any) -> LogicalNeuron:
        return type(self)(self)

    def __repr__(self) -> str:
        circuits = ", ".join(f"{index}: {len(some)}" for index, some in sorted(self._neurons.items()))
        return f"LogicalNeuron(circuits per compartment: {{{circuits}}})"


def _stored_compartments(state: Any) -> dict[int, list[Any]]:
    """The stored circuits of each compartment. Raises ContainerError for anything else, RangeError for a compartment that there is not."""
    stored = state["compartments"] if isinstance(state, dict) and set(state) == {"compartments", "joints"} else None
    if not isinstance(stored, dict) or not all(isinstance(some, list) and key.isdecimal() and len(key) < 9 for key, some in stored.items()):
        raise ContainerError(f"the state of a LogicalNeuron is its compartments and joints, not {shown(state)}")
    if sum(map(len, stored.values())) > AtomicNeuronOnDLS.size:
        raise ContainerError(f"a LogicalNeuron has at most {AtomicNeuronOnDLS.size} circuits")
    return {int(CompartmentOnLogicalNeuron(int(key))): some for key, some in stored.items()}


def _stored_joints(state: Any) -> list[Joint]:
    try:
        return [Joint(str(switch), _stored_circuit(one), _stored_circuit(other)) for switch, one, other in state["joints"]]
    except (TypeError, ValueError):
        raise ContainerError(f"a joint of a LogicalNeuron is a switch and two circuits: {shown(state['joints'])}") from None


def _stored_circuit(circuit: Any) -> tuple[int, int]:
    compartment, index = circuit
    if type(compartment) is not int or type(index) is not int:
        raise TypeError("a circuit is two integers")
    return compartment, index


SWITCHES = ("connect_right", "connect_soma_right")
"""Switches of a circuit towards the next one on its right."""


def _joints_of(circuits: Mapping[Any, AtomicNeuron], found: Mapping[tuple[int, int], tuple[int, int]]) -> Iterable[Joint]:
    """The joints that the switches of placed circuits make; `found` are the circuits by column and row."""
    for (x, y), circuit in found.items():
        for switch in SWITCHES:
            if not getattr(circuits[circuit].multicompartment, switch):
                continue
            if (x + 1, y) not in found:
                raise MorphologyError(f"{switch} is set at column {x}, row {y}, but the next circuit is not part of the neuron")
            yield Joint(switch, circuit, found[x + 1, y])
