"""Events on the chip and the time they happen at, in ticks of 2 ns.

Everything that happens at a time stands in one queue ordered by tick, kind and place; the analog core advances to the next entry,
hands over its spikes, and the entry is processed.
"""

from hicannx_sim.base.clock cimport GRID_TICKS
from hicannx_sim.base.growing cimport growing_append, growing_at, growing_clear, growing_count, growing_drop, growing_free
from hicannx_sim.base.state cimport items, resize
from hicannx_sim.chip.crossbar cimport BACKGROUND_INPUT, INPUTS, L2_INPUT, L2_OUTPUT, OUTPUTS
from hicannx_sim.chip.madc cimport OFF, RECORDING, Sample
from hicannx_sim.chip.queue cimport AT_BACKGROUND, AT_CROSSBAR, AT_OUT, AT_PADI, AT_POST
from hicannx_sim.chip.watch cimport FIRED, SAMPLE

import numpy as np

from hicannx_sim.base.errors import SnapshotError
from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields
from hicannx_sim.chip.cadc_inputs import CADCInputs

cdef enum:
    MADC_SPAN = 8 * GRID_TICKS  # ticks between looks at the probes, within the history the analog core keeps


cdef class Fabric:
    def __init__(self, chip, seed):
        self.analog, self.queue, self.watch = AnalogCore(chip, seed), EventQueue(), Watch()
        self.sensors = CorrelationSensors(chip, seed)
        self.correlation = CorrelationPulses(self.sensors, self.queue)
        self.neurons, self.synapses = NeuronRegisters(self.analog, self.sensors), SynapseMemory(self.analog, self.sensors)
        self.crossbar, self.drivers = Crossbar(), SynapseDrivers(chip, self.sensors)
        self.padi = PADIBuses(self.drivers, self.crossbar, self.queue)
        self.backends, self.background = NeuronBackends(self.neurons), BackgroundSources(self.queue)
        self.columns, self.references = ColumnSwitches(self.analog), References(self.analog, self.sensors)
        self.madc = MADC(chip, seed, self.neurons, self.columns.lines)
        self.cadc = CADC(chip, seed, CADCInputs(self.neurons, self.columns), self.sensors)

    def __dealloc__(self):
        growing_free(&self.out)

    cdef attach(self, Omnibus bus):
        """Each block says what accesses to its registers do."""
        self.neurons.attach(bus)
        self.synapses.attach(bus)
        self.correlation.attach(bus)
        self.crossbar.attach(bus)
        self.drivers.attach(bus)
        self.padi.attach(bus)
        self.backends.attach(bus)
        self.background.attach(bus)
        self.columns.attach(bus)
        self.references.attach(bus)
        self.madc.attach(bus)
        self.cadc.attach(bus)

    cdef void reset(self, int64_t tick):
        """All registers and memories 0, no events (state of the memories is assumed)."""
        self.queue.clear()
        self.analog.power_up(tick)
        self.neurons.reset()
        self.synapses.reset()
        self.sensors.clear()
        self.correlation.follow_board()
        self.crossbar.reset()
        self.drivers.reset()
        self.padi.reset()
        self.backends.reset()
        self.background.reset()
        self.columns.reset()
        self.references.reset()
        self.madc.reset()
        self.cadc.reset()

    def begin_run(self, int run):
        """Takes the trial noise of run number `run`."""
        self.madc.begin_run(run)
        self.cadc.begin_run(run)
        self.sensors.begin_run(run)

    def blocks(self):
        """{name: block} of everything that has state of its own."""
        return {
            "analog": self.analog, "correlation": self.sensors, "neurons": self.neurons, "synapses": self.synapses, "crossbar": self.crossbar, "drivers": self.drivers,
            "pulse_lengths": self.drivers.lengths, "padi": self.padi, "backends": self.backends, "background": self.background,
            "columns": self.columns, "debug_lines": self.columns.lines, "references": self.references, "madc": self.madc, "cadc": self.cadc,
            "cadc_inputs": self.cadc.inputs, "queue": self.queue,
            **({} if self.analog.settling is None else {"settling": self.analog.settling}),
        }

    def counters(self):
        """All counters of events since construction; `hicannx_sim.trust.hops` shows them by hop."""
        crossbar, padi = self.crossbar.s, self.padi.s
        return {
            "neuron_spikes": self.backends.s.n_spikes, "neuron_spikes_not_enabled": self.backends.silent(),
            "neuron_output_lost": self.backends.s.n_lost, "background": self.background.s.n_events,
            "crossbar_in": list(crossbar.n_in), "crossbar_unrouted": list(crossbar.n_unrouted),
            "crossbar_out": list(crossbar.n_out), "crossbar_lost": list(crossbar.n_lost),
            "padi_from_crossbar": sum(list(padi.n_spl1)), "padi_blocked": sum(list(padi.n_blocked)),
            "padi_from_register": sum(list(padi.n_written)), "padi_register_lost": sum(list(padi.n_write_lost)),
            "driver_unmatched": sum(list(self.drivers.s.n_unmatched)), "row_pulses": self.drivers.s.n_pulses,
            "synapse_pulses": self.analog.pulses, "synapses_missed": self.analog.missed,
            "events_modulated": self.drivers.s.n_modulated, "madc_samples": self.madc.s.n_taken,
            "madc_starts": self.madc.s.n_starts, "madc_idle_samples": self.madc.s.n_idle,
            "madc_starts_ignored": self.madc.s.n_start_ignored, "madc_unmodelled_sources": self.madc.s.n_unmodelled_sources,
            "correlation_pre": self.sensors.s.n_pre, "correlation_post": self.sensors.s.n_post,
            "correlation_resets": self.sensors.s.n_resets, **self.cadc.summary(), "lines_joined_elsewhere": self.columns.s.n_joined_elsewhere,
        }

    cpdef uint64_t activity(self):
        """Grows with everything that an explanation could be about, but for time."""
        cdef uint64_t total = self.neurons.changes.config + self.neurons.changes.cells + self.backends.s.n_spikes + self.background.s.n_events
        total += self.madc.s.n_starts + self.madc.s.n_taken + self.cadc.s.n_conversions[0] + self.cadc.s.n_conversions[1] + self.drivers.s.n_pulses
        for source in range(INPUTS):
            total += self.crossbar.s.n_in[source]
        for bus in range(L2_OUTPUT):
            total += self.padi.s.n_written[bus] + self.padi.s.n_write_lost[bus]
        return total

    def evidence(self):
        """What explains why events or samples did not come, beside `counters`: by PADI bus 0..7, row, crossbar input or hemisphere."""
        padi, drivers, madc, cadc = &self.padi.s, &self.drivers.s, &self.madc.s, &self.cadc.s
        self.backends.silent()
        return {
            "padi_events": [padi.n_spl1[bus] + padi.n_written[bus] for bus in range(8)], "padi_blocked": list(padi.n_blocked),
            "padi_register_lost": list(padi.n_write_lost), "driver_unmatched": list(drivers.n_unmatched), "selected": list(drivers.selected),
            "addressed": np.array(<uint64_t[:512]> &drivers.addressed[0]), "unrouted_labels": list(self.crossbar.s.unrouted),
            "configured_at": self.analog.configured_at(), "latest_pulse": self.analog.latest_pulse, "cadc_latest": list(cadc.end),
            "madc_latest": madc.began + <int64_t> (madc.taken * madc.period) if madc.n_taken else 0, "line_watched": self.madc.watched_line,
            "spike_counter_reads": self.backends.s.n_counter_reads, "madc_awake": madc.state != OFF, "madc_records": madc.state == RECORDING,
            "madc_without_preamplifier": madc.n_without_preamp, "cadc_conversions": list(cadc.n_conversions),
            "correlation_fired": [self.sensors.s.n_fired[k] + self.backends.s.n_pulsed[k] for k in range(2)], "correlation_seen": list(cadc.n_internal),
            "correlation_stored": self.sensors.in_use(), "correlation_volts": (self.sensors.s.reset_volts, self.sensors.s.measure_volts),
            "cadc_read": list(cadc.n_read), "cadc_off": list(cadc.n_off), "cadc_floating": list(cadc.n_floating), "cadc_biased": list(cadc.biased),
        }

    def arrays(self):
        """Time, and what has left the chip; the blocks have their own."""
        return fields(<FabricState[:1]> &self.s) | {"out": items(&self.out, sizeof(OutEvent))}

    def restored(self):
        """The analog core may lag behind by less than a step, and a conversion."""
        if not -GRID_TICKS < self.s.now - (<int64_t>self.analog.now) <= MADC_SPAN:
            raise SnapshotError(f"chip.analog.engine: its time is {self.analog.now}, and the chip's {self.s.now}")

    def resize_arrays(self, sizes):
        """Room for events of so many bytes."""
        resize(&self.out, sizes["out"], sizeof(OutEvent))

    # -- events

    cdef void spike(self, uint16_t label, int64_t tick) noexcept nogil:
        """A spike label from the FPGA arrives at the crossbar."""
        self.s.link_free = max(self.s.link_free, tick, self.s.now)
        self.queue.push(self.s.link_free, AT_CROSSBAR, L2_INPUT + (label >> 14), label & 0x3fff)
        self.s.link_free += LINK_PERIOD

    cdef void _dispatch(self, const Event* event, int64_t horizon) noexcept nogil:
        if event.kind == AT_CROSSBAR:
            self.watch.event(event.tick, AT_CROSSBAR, event.where, event.what)
            self._route(event.where, <uint32_t>event.what, event.tick)
        elif event.kind == AT_PADI:
            self.watch.event(event.tick, AT_PADI, event.where, event.what)
            self.padi.deliver(self.analog, event.where, <uint32_t>event.what, event.tick)
        elif event.kind == AT_POST:
            self.correlation.deliver(<int>event.what, event.tick)
        elif event.kind == AT_OUT:
            self._flush_samples(event.tick - 1)
            self._emit(event.tick, <uint16_t>event.what, OUT_SPIKE)
        else:
            self._background(event, horizon)

    cdef void _route(self, int source, uint32_t label, int64_t tick) noexcept nogil:
        cdef int64_t departure[OUTPUTS]
        cdef int taken = self.crossbar.route(source, label, tick, departure), output
        for output in range(L2_OUTPUT):
            if taken >> output & 1 and self.padi.accepts_spl1(output):
                self.queue.push(departure[output] + PADI_TO_PULSE, AT_PADI, output, label & 0x7ff)
        for output in range(L2_OUTPUT, OUTPUTS):
            if taken >> output & 1:
                self.queue.push(departure[output] + TO_STAMP, AT_OUT, output, (output - L2_OUTPUT) << 14 | label)

    cdef void _background(self, const Event* event, int64_t horizon) noexcept nogil:
        """The end of a period of a background source; periods without event up to the horizon are passed at once."""
        cdef bint fires = False
        cdef uint32_t label
        cdef int64_t tick = event.tick, following = event.tick
        if event.what != self.background.s.generation[event.where]:
            return
        while not fires and following <= horizon:
            tick = following
            following = self.background.advance(event.where, tick, &fires, &label)
        if fires:
            self.queue.push(tick, AT_CROSSBAR, BACKGROUND_INPUT + event.where, label)
        self.queue.push(following, AT_BACKGROUND, event.where, event.what)

    # -- time

    cdef void advance(self, int64_t tick) noexcept nogil:
        """Everything up to and including `tick` happens."""
        cdef int64_t target
        cdef const Event* first
        cdef Event event
        while True:
            first = self.queue.first()
            target = first.tick if first != NULL and first.tick < tick else tick
            if target - self.analog.now >= GRID_TICKS:
                self._run_analog(target)
            elif first != NULL and first.tick <= tick:
                event = first[0]
                self.queue.pop()
                self._dispatch(&event, tick)
            else:
                break
        self._flush_samples(tick)
        self.s.now = max(self.s.now, tick)

    cdef void catch_up(self, int64_t tick) noexcept nogil:
        """Brings the chip up to `tick` if anything can have happened since."""
        if tick - self.analog.now >= GRID_TICKS or self.queue.due(tick):
            self.advance(tick)

    cdef void _run_analog(self, int64_t tick) noexcept nogil:
        """Lets the analog core run towards `tick`, not past a spike nor past what the converter must look at."""
        if self.watch.gate.wanted:
            self.watch.gate.passes(self.analog.now, False)
            tick = self.watch.gate.limit(tick, self.analog.now + GRID_TICKS)
        if self.madc.watches():
            tick = min(tick, self.analog.now + MADC_SPAN)
        if self.cadc.s.busy:
            tick = min(tick, self.analog.now + GRID_TICKS)
        self.analog.count_cycles(self.backends.s.powered and not (self.watch.events_on >> FIRED & 1 or self.sensors.stores(0) or self.sensors.stores(1)))
        self.analog.run(tick)
        if self.cadc.s.busy:
            self.cadc.look()
        if self.analog.n_spikes:
            self._collect_spikes()
        if self.madc.watches():
            self.madc.sample(self.analog.now)

    cdef void _collect_spikes(self) noexcept nogil:
        cdef int i, neuron
        cdef uint32_t label
        cdef int64_t arrives
        for i in range(self.analog.n_spikes):
            neuron = self.analog.spikes[i].neuron
            arrives = self.backends.spike(neuron, self.analog.spikes[i].tick, &label)
            if self.backends.pulses(neuron):
                self.correlation.fired(neuron, self.analog.spikes[i].tick)
            self.watch.event(self.analog.spikes[i].tick, FIRED, neuron, arrives >= 0)
            if arrives >= 0:
                self.queue.push(arrives, AT_CROSSBAR, (neuron & 255) >> 5, label)
        self.analog.clear_spikes()

    # -- output

    cdef void clear_out(self) noexcept nogil:
        """Whoever took the events calls this."""
        growing_clear(&self.out)

    cdef void _emit(self, int64_t tick, uint16_t body, int kind) noexcept nogil:
        cdef OutEvent* event = <OutEvent*> growing_append(&self.out, sizeof(OutEvent))
        if event != NULL:
            event.tick, event.body, event.kind = tick, body, <uint8_t>kind
        self.watch.event(tick, SAMPLE if kind == OUT_MADC else AT_OUT, body >> 14 if kind == OUT_SPIKE else 0, body)

    cdef void _flush_samples(self, int64_t tick) noexcept nogil:
        """Converter samples with stamps up to a tick leave the chip."""
        cdef const Sample* sample
        if self.madc.s.state == RECORDING and not self.madc.watches():
            self.madc.sample(tick)
        while growing_count(&self.madc.samples):
            sample = <const Sample*> growing_at(&self.madc.samples, 0, sizeof(Sample))
            if sample.tick > tick:
                break
            self._emit(sample.tick, sample.body, OUT_MADC)
            growing_drop(&self.madc.samples, 1)

    cdef int64_t refused(self) noexcept nogil:
        """Events and samples that there was no memory for."""
        return self.out.refused + self.madc.samples.refused + self.queue.refused()


cdef int64_t LINK_PERIOD = number("link_event_period")
cdef int64_t PADI_TO_PULSE = number("padi_to_pulse")
cdef int64_t TO_STAMP = number("crossbar_to_stamp")
