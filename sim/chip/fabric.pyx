"""Events on the chip and the time they happen at, in ticks of 2 ns.

Everything that happens at a time stands in one queue ordered by tick, kind and place; the analog core advances to the next entry,
hands over its spikes, and the entry is processed.
"""

from libc.stdlib cimport abort, free, realloc

from hicannx_sim.chip.crossbar cimport BACKGROUND_INPUT, L2_INPUT, L2_OUTPUT, OUTPUTS
from hicannx_sim.chip.madc cimport RECORDING
from hicannx_sim.base.clock cimport GRID_TICKS

from hicannx_sim.base.numbers import number

cdef enum:
    MADC_SPAN = 8 * GRID_TICKS  # ticks between looks at the probes, within the history the analog core keeps


cdef class Fabric:
    """Neurons, drivers, crossbar, background sources and converters with what goes on between them."""

    def __init__(self, chip, seed):
        self.analog = AnalogCore(chip, seed)
        self.crossbar, self.drivers = Crossbar(), SynapseDrivers(chip)
        self.padi, self.backends, self.background = PADIBuses(self.drivers), NeuronBackends(), BackgroundSources()
        self.madc, self.cadc, self.queue = MADC(chip, seed), CADC(chip, seed), EventQueue()

    def __dealloc__(self):
        free(self.out)

    # -- events

    cdef void spike(self, uint16_t label, int64_t tick) noexcept nogil:
        """A spike label from the FPGA arrives at the crossbar."""
        self.link_free = max(self.link_free, tick, self.now)
        self.queue.push(self.link_free, AT_CROSSBAR, L2_INPUT + (label >> 14), label & 0x3fff)
        self.link_free += LINK_PERIOD

    cdef void _dispatch(self, const Event* event, int64_t horizon) noexcept nogil:
        if event.kind == AT_CROSSBAR:
            self._route(event.where, <uint32_t>event.what, event.tick)
        elif event.kind == AT_PADI:
            self.padi.deliver(self.analog, event.where, <uint32_t>event.what, event.tick)
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
        if event.what != self.background.generation[event.where]:
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
        self.now = max(self.now, tick)

    cdef void _catch_up(self, int64_t tick) noexcept nogil:
        """Brings the chip up to `tick` if anything can have happened since."""
        if tick - self.analog.now >= GRID_TICKS or self.queue.due(tick):
            self.advance(tick)

    cdef void _run_analog(self, int64_t tick) noexcept nogil:
        """Lets the analog core run towards `tick`, not past a spike nor past what the converter must look at."""
        if self.madc.watches(self.analog):
            tick = min(tick, self.analog.now + MADC_SPAN)
        if self.cadc.busy:
            tick = min(tick, self.analog.now + GRID_TICKS)
        self.analog.run(tick)
        if self.cadc.busy:
            self.cadc.look(self.analog)
        if self.analog.n_spikes:
            self._collect_spikes()
        if self.madc.watches(self.analog):
            self.madc.sample(self.analog, self.analog.now)

    cdef void _collect_spikes(self) noexcept nogil:
        cdef int i, neuron
        cdef uint32_t label
        cdef int64_t arrives
        for i in range(self.analog.n_spikes):
            neuron = self.analog.spikes[i].neuron
            arrives = self.backends.spike(self.analog, neuron, self.analog.spikes[i].tick, &label)
            if arrives >= 0:
                self.queue.push(arrives, AT_CROSSBAR, (neuron & 255) >> 5, label)
        self.analog.clear_spikes()

    # -- output

    cdef void clear_out(self) noexcept nogil:
        """Whoever took the events calls this."""
        self.n_out = 0

    cdef void _emit(self, int64_t tick, uint16_t body, int kind) noexcept nogil:
        if self.n_out == self.out_capacity:
            self.out_capacity = 2 * self.out_capacity if self.out_capacity else 1024
            self.out = <OutEvent*>realloc(self.out, self.out_capacity * sizeof(OutEvent))
            if self.out == NULL:
                abort()
        self.out[self.n_out].tick, self.out[self.n_out].body, self.out[self.n_out].kind = tick, body, <uint8_t>kind
        self.n_out += 1

    cdef void _flush_samples(self, int64_t tick) noexcept nogil:
        """Converter samples with stamps up to a tick leave the chip."""
        if self.madc.state == RECORDING and not self.madc.watches(self.analog):
            self.madc.sample(self.analog, tick)
        while self.madc.head < self.madc.tail and self.madc.samples[self.madc.head].tick <= tick:
            self._emit(self.madc.samples[self.madc.head].tick, self.madc.samples[self.madc.head].body, OUT_MADC)
            self.madc.head += 1
        if self.madc.head == self.madc.tail:
            self.madc.head = self.madc.tail = 0


cdef int64_t LINK_PERIOD = number("link_event_period")
cdef int64_t PADI_TO_PULSE = number("padi_to_pulse")
cdef int64_t TO_STAMP = number("crossbar_to_stamp")
