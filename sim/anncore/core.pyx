# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The analog core: interface and register images; the circuits follow."""

cimport cython
from libc.stdlib cimport calloc, free

import numpy as np

cdef int64_t GRID = 50


@cython.final
cdef class AnalogCore:
    """512 neurons and two synapse arrays behind register images. So far only the images and the clock exist."""

    def __cinit__(self, chip, seed: int = 0):
        self.chip = chip
        self.capmem = np.zeros((4, 3120), np.uint16)
        self.neuron_config = np.zeros((512, 6), np.uint32)
        self.neuron_backend = np.zeros((512, 4), np.uint32)
        self.backend_common = np.zeros((2, 2), np.uint32)
        self.weights = np.zeros((512, 256), np.uint8)
        self.labels = np.zeros((512, 256), np.uint8)
        cdef uint16_t[:, ::1] capmem = self.capmem
        cdef uint32_t[:, ::1] config = self.neuron_config, backend = self.neuron_backend, common = self.backend_common
        cdef uint8_t[:, ::1] weights = self.weights, labels = self.labels
        self.capmem_data = &capmem[0, 0]
        self.neuron_config_data = &config[0, 0]
        self.neuron_backend_data = &backend[0, 0]
        self.backend_common_data = &common[0, 0]
        self.weights_data = &weights[0, 0]
        self.labels_data = &labels[0, 0]
        self.spikes = <Spike*> calloc(4096, sizeof(Spike))
        if self.spikes == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.spikes)

    cpdef void touch_neuron(self, int neuron) noexcept:
        """Configuration or backend words of a neuron were written."""

    cpdef void touch_capmem(self, int block, int cell) noexcept:
        """A capacitive memory cell was written."""

    cpdef void touch_backend_common(self, int block) noexcept:
        """Words of a common neuron backend configuration were written."""

    cpdef void row_pulse(self, int64_t tick, int row, int address, double charge, int mode) noexcept:
        """A synaptic event on a row."""

    cpdef void fire(self, int neuron, int64_t tick) noexcept:
        """An artificial fire of a neuron."""

    cpdef int64_t run(self, int64_t until) noexcept:
        """Advance to the last grid point at or before `until`."""
        if until - self.now >= GRID:
            self.now = until - until % GRID
        return self.now

    cpdef void clear_spikes(self) noexcept:
        self.n_spikes = 0

    cpdef void set_probe(self, int slot, int neuron, int source) noexcept:
        """Watch a voltage of a neuron."""

    cpdef double probe(self, int slot, int64_t tick) noexcept:
        """The watched voltage."""
        return 0.0
