"""Looking at a system shows what happens, and changes no bit of it."""

from collections.abc import Callable
from hashlib import sha256
from threading import Event, Thread

import numpy as np
import pytest

import halco
import haldls as hal
from haldls import lola
from hicannx.lab import Bench, plain
from hicannx.lab.playback import experiment
from hicannx_sim import ConfigurationError, ModelConnection, System
from hicannx_sim.observe import Observables, Observation, Recording, register_name
from hicannx_sim.setup.frame import decode
from stadls import PlaybackProgramBuilder

EVERYTHING = Observables(
    membrane=tuple(range(0, 512, 16)), excitatory=(300,), inhibitory=(300,), adaptation=(300,), every=0.5,
    events=("neuron", "crossbar", "padi", "out", "madc"), accesses=True, instructions=1000,
)  # fmt: skip
EVENTS = [10.0, 60.0, 65.0, 70.0]
PACEMAKER = 3
"""A neuron that fires by itself."""


def firing_bench() -> Bench:
    """A bench on which neuron 300 hears events and neuron 3 fires all the time."""
    bench = Bench(serial=3)
    for number, leak in ((300, 700), (PACEMAKER, 1000)):
        neuron = bench.neuron(number)
        neuron.leak.v_leak, neuron.leak.i_bias = leak, 200
        neuron.threshold.enable, neuron.threshold.v_threshold = True, 800 if number == 300 else 500
        neuron.event_routing = lola.AtomicNeuron.EventRouting.enabled
    return bench


def digest(look: Callable[[System], object]) -> tuple[str, object]:
    """SHA-256 of all words that come back from an experiment, and what `look` gave."""
    with firing_bench() as bench:
        one = bench.connection.connections[0]
        assert isinstance(one, ModelConnection)
        hashed, execute = sha256(), one.system.execute

        def hashing(words: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
            answer = execute(words)
            hashed.update(answer.tobytes())
            return answer

        one.system.execute = hashing  # type: ignore[method-assign]
        seen = look(one.system)
        bench.stimulate(300, us=150, excitatory=EVENTS, weight=200)
        bench.record(PACEMAKER, us=50)
        return hashed.hexdigest(), seen


@pytest.fixture(scope="module")
def plain_digest() -> str:
    return digest(lambda system: None)[0]


def test_many_observers_change_no_bit(plain_digest: str) -> None:
    def look(system: System) -> list[Recording]:
        wanted = EVERYTHING, Observables(membrane=(304,), every=0.1), Observables(events=("neuron",))
        return [system.observe(each) for each in wanted]

    found, recordings = digest(look)
    assert found == plain_digest
    assert isinstance(recordings, list)
    full, fine, _ = (recording.seen for recording in recordings)
    assert len(fine.ticks) > 2 * len(full.ticks) > 1000
    shared = np.isin(fine.ticks, full.ticks)
    assert (fine.potential("membrane", 304)[shared][: len(full.ticks)] == full.potential("membrane", 304)[: shared.sum()]).all()


def test_taking_frames_from_another_thread_changes_no_bit(plain_digest: str) -> None:
    done, taken, fired = Event(), [b""], []

    def look(system: System) -> Thread:
        def often() -> None:
            while not done.is_set():
                taken.append(system.frame())
                fired.extend(decode(taken[-1])[1]["fired"])
                del taken[:-2]

        thread = Thread(target=often)
        thread.start()
        return thread

    try:
        found, thread = digest(look)
    finally:
        done.set()
    assert isinstance(thread, Thread)
    thread.join(20)
    assert found == plain_digest
    head, arrays = decode(taken[-1])
    assert arrays["membranes"].shape == (512,) and head["serial"] == 3
    assert PACEMAKER in fired


@pytest.fixture(scope="module")
def seen() -> Observation:
    with firing_bench() as bench:
        one = bench.connection.connections[0]
        assert isinstance(one, ModelConnection)
        recording = one.system.observe(EVERYTHING)
        bench.stimulate(300, us=150, excitatory=EVENTS, weight=200)
        return recording.stop()


def test_events_are_seen_on_their_way(seen: Observation) -> None:
    host = seen.of_kind("crossbar")
    host = host[(host["where"] >= 8) & (host["where"] < 12)]
    assert len(host) == len(EVENTS)
    steps = np.diff(host["tick"]) / 500
    assert np.allclose(steps, np.diff(EVENTS), atol=0.02)
    assert len(seen.of_kind("padi")) == len(EVENTS)
    assert len(seen.of_kind("madc")) > 1000


def test_spikes_are_seen_where_they_arise(seen: Observation) -> None:
    times, neurons = seen.spikes
    assert {PACEMAKER} <= set(neurons.tolist())
    assert len(seen.of_kind("out")) <= len(times)
    assert (np.diff(seen.of_kind("neuron")["tick"]) >= 0).all()


def test_potentials_have_the_volts_of_their_circuits(seen: Observation) -> None:
    assert seen.volts.dtype == np.float32 and np.isfinite(seen.volts).all()
    line = seen.potential("excitatory", 300)[-300:]
    assert line.max() - line.min() > 0.01, "the events pull the line"
    silent = seen.potential("inhibitory", 300)[-300:]
    assert silent.max() == silent.min()
    with pytest.raises(KeyError, match="membrane of neuron 1 was not watched"):
        seen.potential("membrane", 1)


def test_accesses_have_names_and_the_instruction_they_came_from(seen: Observation) -> None:
    written = seen.accesses[(seen.accesses["kind"] == 0) & (seen.accesses["origin"] == 0)]
    names = {register_name(int(address)) for address in written["address"]}
    assert {"NeuronConfig(300)[0]", "CrossbarNode(0)", "MADCControl(0)"} & names >= {"NeuronConfig(300)[0]", "MADCControl(0)"}
    assert (np.diff(written["place"]) > 0).all() and written["place"][0] >= 0


def test_an_observation_survives_the_wire(seen: Observation) -> None:
    again = Observation.from_bytes(seen.to_bytes())
    assert again.potentials == seen.potentials and (again.volts == seen.volts).all() and (again.events == seen.events).all()


@pytest.mark.parametrize(
    "wrong, text",
    [
        ({"membrane": [512]}, "membrane: 512 is outside 0 .. 511"),
        ({"every": 0.03}, "every: 0.03 us between samples is no multiple of 0.1 us"),
        ({"every": -1.0}, "every: -1.0 is outside"),
        ({"events": ["spikes"]}, "events: there are none of the kind 'spikes', only crossbar"),
        ({"instructions": -1}, "instructions: -1 is outside"),
        ({"membranes": [1]}, "membranes: nothing of that name"),
        ({"membrane": ["a"]}, "membrane: .a. is not a whole number"),
    ],
)
def test_what_cannot_be_observed_is_refused(wrong: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigurationError, match=text):
        Observables.of(wrong)


def test_a_power_cycle_goes_on_with_the_new_chip() -> None:
    system = System()
    recording = system.observe(Observables(accesses=True))
    word = halco.CommonNeuronBackendConfigOnDLS
    before = writes(system, word)
    system.reset()
    after = writes(system, word)
    assert len(recording.stop().accesses) == before + after > 0
    writes(system, word)
    assert len(recording.seen.accesses) == before + after


def writes(system: System, coordinates: type[halco.CommonNeuronBackendConfigOnDLS]) -> int:
    container = hal.CommonNeuronBackendConfig
    addresses = container.write_addresses().ravel()
    system.still(lambda: system.chip.write_all(addresses, np.zeros(len(addresses), np.uint32)))
    return len(addresses)


def test_a_run_stands_still_and_is_stepped() -> None:
    system = System()
    builder = PlaybackProgramBuilder()
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(125 * 1000))
    program = builder.done()
    words = np.append(program.words, np.uint64(0x0A << 56))
    system.gate.pause()
    thread = Thread(target=system.execute, args=(words,))
    thread.start()
    first = decode(system.frame())[0]
    assert first["paused"] and thread.is_alive()
    system.gate.step(instructions=1)
    assert system.frame() and thread.is_alive()
    system.gate.resume()
    thread.join(20)
    assert not thread.is_alive()


def test_runs_are_taken_back() -> None:
    with Bench(chip=plain()) as bench:
        one = bench.connection.connections[0]
        assert isinstance(one, ModelConnection)
        system = one.system
        with pytest.raises(ConfigurationError, match="1 runs cannot be taken back: 0 have been kept"):
            system.rewind()
        system.keep_history(3)
        first = experiment(bench.connection, bench.chip, 30).madc_samples.to_numpy()
        second = experiment(bench.connection, bench.chip, 30).madc_samples.to_numpy()
        system.rewind(2)
        assert (experiment(bench.connection, bench.chip, 30).madc_samples.to_numpy() == first).all()
        assert (experiment(bench.connection, bench.chip, 30).madc_samples.to_numpy() == second).all()


PPU_WORDS = {
    0x00: 0x3C60C038,  # lis r3, 0xc038: registers of the chip as a processor sees them
    0x04: 0x80830000,  # lwz r4, 0(r3)
    0x08: 0x38840001,  # addi r4, r4, 1
    0x0C: 0x90830000,  # stw r4, 0(r3)
    0x10: 0x4BFFFFF4,  # b 0x04
}
"""A loop that reads and writes a register."""


def test_processors_are_seen_and_compute_the_same() -> None:
    def run(observed: bool) -> tuple[bytes, Observation | None]:
        system = System()
        chip = system.chip
        recording = system.observe(Observables(instructions=64, accesses=True)) if observed else None
        memory = hal.PPUMemoryWord.write_addresses().ravel()
        for address, word in PPU_WORDS.items():
            chip.write_all([memory[address // 4]], [word])
        chip.write_all(hal.PPUControlRegister.write_addresses([0]).ravel(), [1])
        system.still(lambda: chip.advance(100_000))
        core = chip.processors.cores[0]
        state = core.gpr.tobytes() + core.memory() + core.cycle.to_bytes(8) + core.instructions.to_bytes(8)
        return state, recording.stop() if recording else None

    (plain, _), (state, seen) = run(False), run(True)
    assert state == plain and seen is not None
    own = seen.accesses[seen.accesses["origin"] == 2]
    assert set(own["place"].tolist()) == {0x04, 0x0C} and set(own["kind"].tolist()) == {0, 1}
    assert len(seen.instructions[0]) == 64 and (np.diff(seen.instructions[0]["tick"]) >= 0).all()
    assert set(seen.instructions[0]["entry"]["pc"].tolist()) == {0x04, 0x08, 0x0C, 0x10}
