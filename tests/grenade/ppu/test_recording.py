"""What kernels record, in all layouts: the structure that they fill and what the host makes of its bytes."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ppu_rules import BOTTOM, HEADERS, MS, TOP, Chip, rule

from grenade.network import PlasticityRule
from grenade.network.graph import NeuronView as NeuronViewOfGraph
from grenade.network.graph import RuleOnHardware
from grenade.network.graph import SynapseView as SynapseViewOfGraph
from grenade.ppu import (
    Array,
    KernelError,
    NeuronView,
    PerNeuron,
    PerSynapse,
    RawRecording,
    Rule,
    SynapseView,
    TimedRecording,
    Timer,
    program,
)
from grenade.ppu.layout import decode, layout
from grenade.ppu.rule import ELEMENTS, Observable, placed
from haldls import ContainerError

KINDS = list(ELEMENTS)
SYNAPSES = (SynapseView(TOP, (3, 4, 250), (0, 9)), SynapseView(BOTTOM, (7,), (1, 2, 3)))
NEURONS = (NeuronView(TOP, (200, 3)), NeuronView(BOTTOM, (0, 1, 255)))
FILL = """
template <typename T> void fill(T& number, int value) { number = value; }
template <typename Half> void fill(VectorRow<Half>& row, int value) { for (size_t i = 0; i < 256; ++i) { row[i] = value + i; } }
template <typename T, size_t N> void fill(std::array<T, N>& array, int value) { for (auto& element : array) { fill(element, value++); } }
template <typename... T> void fill(std::tuple<T...>& parts, int value) {
    int view = 0;
    std::apply([&](auto&... part) { ((static_cast<uint32_t>(ppu) == view ? fill(part, value + 40 * view) : void(), ++view), ...); }, parts);
}
"""


def test_all_layouts_at_once(chip: Chip) -> None:
    """Both processors write their views of the same structure; every element arrives where it belongs, run after run."""
    observables: dict[str, Observable] = {}
    for number, kind in enumerate(KINDS):
        observables |= {
            f"a{number}": Array(kind, 5), f"s{number}": PerSynapse(kind, True), f"p{number}": PerSynapse(kind, False),
            f"n{number}": PerNeuron(kind, True), f"m{number}": PerNeuron(kind, False),
        }  # fmt: skip
    body = "static int run = 0; if (ppu == PPUOnDLS::top) { recording.time = 1000 * run; "
    body += "".join(f"fill(recording.{name}, {value} + run);" for value, name in enumerate(observables) if name[0] == "a") + "}"
    body += "".join(f"fill(recording.{name}, {value} + run);" for value, name in enumerate(observables) if name[0] != "a") + "++run;"
    found = chip.once(rule(body, observables, before=FILL, synapses=SYNAPSES, neurons=NEURONS, timer=Timer(0, 2 * MS, 2)))
    assert found.times.tolist() == [0, 1000]
    for value, (name, observable) in enumerate(observables.items()):
        kind = np.dtype(observable.type)
        for run in range(2):
            if isinstance(observable, Array):
                np.testing.assert_array_equal(found.arrays[name][run], np.arange(value + run, value + run + 5).astype(kind))
                continue
            views, got = (SYNAPSES, found.synapses[name]) if isinstance(observable, PerSynapse) else (NEURONS, found.neurons[name])
            for number, (view, array) in enumerate(zip(views, got, strict=True)):
                wanted = expected(view, observable, value + run + 40 * number).astype(kind)
                np.testing.assert_array_equal(array[run], wanted, err_msg=f"{name}, view {number}, run {run}")


def expected(view: Any, observable: Any, value: int) -> Any:
    """What `fill` leaves, as wide integers."""
    rows = len(view.rows) if isinstance(view, SynapseView) else 1
    columns = np.array(view.columns) if observable.complete_rows else np.arange(len(view.columns))
    numbers = value + np.arange(rows)[:, None] + columns
    return numbers if isinstance(view, SynapseView) else numbers[0]


numbers = st.integers(1, 9)
kinds = st.sampled_from(KINDS)
observables = st.dictionaries(
    st.sampled_from("abcdef"),
    st.builds(Array, kinds, st.integers(0, 9)) | st.builds(PerSynapse, kinds, st.booleans()) | st.builds(PerNeuron, kinds, st.booleans()),
)
columns = st.sets(st.integers(0, 255), min_size=1, max_size=5).map(lambda some: tuple(sorted(some)))
synapses = st.lists(st.builds(SynapseView, st.just(TOP), columns, columns), max_size=3).map(tuple)
neurons = st.lists(st.builds(NeuronView, st.just(TOP), columns), max_size=3).map(tuple)


@settings(max_examples=8, deadline=None)
@given(observables, synapses, neurons)
def test_cpp_has_the_same_layout(observables: dict[str, Observable], synapses: Any, neurons: Any) -> None:
    """The compiler compares the sizes; views of one kind come last first."""
    one = rule("", observables, synapses=synapses, neurons=neurons)
    assert program([one]).recording(one).toMin() is not None
    found = layout(one)
    for name, observable in observables.items():
        places = [part.offset for part in found.parts[name] if part.rows * part.columns]
        assert places == sorted(places, reverse=True) and all(place % ELEMENTS[observable.type] == 0 for place in places)


def test_raw_recordings_are_one_memory_of_all_runs(chip: Chip) -> None:
    head = "void PLASTICITY_RULE_KERNEL(std::array<SynapseArrayViewHandle, 1>&, std::array<NeuronViewHandle, 0>&, Recording& recording)"
    body = "{ for (size_t i = 0; i < recording.memory.size(); ++i) { recording.memory[i] = i; } }"
    one = Rule(HEADERS + head + body, Timer(0, MS, 3), (SynapseView(TOP, (0,), (0,)),), (), RawRecording(8, in_dram=False))
    made = program([one])
    chip.start(made)
    chip.schedule(made, 2 * MS)
    assert made.recorded(one, chip.get(made.recording(one))).tolist() == list(range(8))


def test_part_of_a_structure_is_refused() -> None:
    one = rule("", {"a": Array("int8", 3)})
    with pytest.raises(ContainerError, match="16 bytes for each run, so that 20 are none"):
        decode(one, np.zeros(20, np.uint8))
    with pytest.raises(KernelError, match="plasticity rule 0 has no recording"):
        program([rule("", None)]).recording(rule("", None))


def test_rules_of_networks() -> None:
    """As the network has them, with its own kinds of views, timers and observables."""
    entity = PlasticityRule(kernel="text", id=PlasticityRule.ID(4))
    entity.timer = PlasticityRule.Timer(PlasticityRule.Timer.Value(5), PlasticityRule.Timer.Value(6), 7)
    entity.recording = PlasticityRule.TimedRecording(
        {
            "w": PlasticityRule.TimedRecording.ObservablePerSynapse(
                layout_per_row=PlasticityRule.TimedRecording.ObservablePerSynapse.LayoutPerRow.packed_active_columns
            ),
            "n": PlasticityRule.TimedRecording.ObservablePerNeuron(),
            "x": PlasticityRule.TimedRecording.ObservableArray(PlasticityRule.TimedRecording.ObservableArray.Type.uint16, 3),
        },
        placement_in_dram=False,
    )
    synapses = [SynapseViewOfGraph(None, BOTTOM, np.array([1, 2]), np.array([3]))]  # type: ignore[arg-type]
    neurons = [NeuronViewOfGraph(None, TOP, np.array([9, 8]), [None, None])]  # type: ignore[arg-type]
    found = placed(RuleOnHardware(entity, synapses, neurons))
    observed = {"w": PerSynapse("int8", False), "n": PerNeuron("int8", True), "x": Array("uint16", 3)}
    assert found == Rule(
        "text", Timer(5, 6, 7), (SynapseView(BOTTOM, (3,), (1, 2)),), (NeuronView(TOP, (9, 8)),), TimedRecording(observed, False), 4
    )
