"""Settings that are switched on and have no effect here: one row per group of fields, with the values at which that makes no difference.

A run whose results would differ on the chip must be able to know: `Chip.unmodelled()` lists what is set, and strict mode refuses the write
that sets it (`refused`). What only shifts numbers within what is assumed anyway is listed, but not refused.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import haldls
from halco import CapMemCellOnCapMemBlock, CapMemRowOnCapMemBlock
from hicannx_sim.anncore.parameters import UNMODELLED

Words = NDArray[np.uint32]


class Unmodelled(NamedTuple):
    """A coordinate, the field that is set there, what is missing, and whether strict mode refuses it."""

    place: str
    feature: str
    why: str
    refused: bool


@dataclass(frozen=True)
class Setting:
    """Fields (those of groups with a dot) of a container that have no effect unless they are 0, or at the default if `usual`."""

    container: str
    fields: tuple[str, ...]
    why: str
    refused: bool = True
    usual: bool = False


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SETTINGS: tuple[Setting, ...] = (
    Setting("NeuronConfig", _names("enable_strong_fire enable_unbuffered_access"), "has no effect"),
    Setting("NeuronBackendConfig", UNMODELLED, "the operations of the Bayesian extension are not modelled"),
    Setting(
        "NeuronBackendConfig",
        _names("enable_bayesian_extension"),
        "post-synaptic pulses are the neuron's own spikes, not those of the shared fire signal",
        usual=True,
    ),
    Setting("NeuronBackendConfig", _names("connect_fire_from_right"), "does not work on the chip, has no effect here", refused=False),
    Setting(
        "CommonNeuronBackendConfig",
        _names("""clock_scale_post_pulse wait_global_post_pulse wait_spike_counter_reset wait_spike_counter_read wait_fire_neuron
               sample_positive_edge"""),
        "timing inside the backend is fixed",
        refused=False,
        usual=True,
    ),
    Setting("SynapseDriverConfig", _names("enable_charge_sharing enable_renewing"), "does not work on the chip, has no effect here"),
    Setting("SynapseDriverConfig", _names("enable_readout"), "the driver's readout is not modelled"),
    Setting(
        "MADCConfig",
        _names("""enable_calibration connect_pads_to_madc connect_preamp_to_pads signal_selection_connect_current_meter
               signal_selection_connect_debug enable_iconv_amplifier connect_iconv_neuron connect_iconv_synapse"""),
        "this path of the fast converter is not modelled",
    ),
    Setting(
        "MADCConfig",
        _names("""enable_sar_reset_on_fall sar_reset_wait sar_reset_length conversion_cycles_offset calibration_wait_value
               preamp_sampling_window_start preamp_sampling_window_end iconv_sampling_window_start iconv_sampling_window_end
               sample_on_positive_edge enable_pseudo_differential_reference"""),
        "sampling inside the fast converter is that of the default settings",
        refused=False,
        usual=True,
    ),
    Setting(
        "ReadoutSourceSelection",
        _names("buffer.current_dac buffer.synapse_driver_debug"),
        "only neurons and debug lines reach the fast converter",
    ),
    Setting("ReadoutSourceSelection", _names("enable_buffer_to_pad"), "pads are not driven by the chip", refused=False),
    Setting(
        "PadMultiplexerConfig",
        _names("""cadc_v_ramp_mux cadc_v_ramp_mux_to_pad capmem_i_out_mux capmem_i_out_mux_to_capmem_intermediate_mux capmem_v_ref_mux
               capmem_v_ref_mux_to_capmem_intermediate_mux neuron_i_stim_mux neuron_i_stim_mux_to_pad buffer_to_pad"""),
        "this switch leads nowhere",
    ),
    Setting("CurrentDAC", _names("enable_current connect_neuron connect_synapse"), "the current source is not modelled"),
    Setting(
        "ReferenceGeneratorConfig",
        _names("enable_reference_output capmem_amplifier capmem_offset capmem_slope reference_control resistor_control"),
        "references are those of the default settings",
        usual=True,
    ),
    Setting(
        "SynapseBiasSelection",
        _names("enable_internal_dac_bias enable_internal_ramp_bias enable_internal_store_bias enable_internal_output_bias"),
        "synapses and correlation sensors always have their internal biases",
        usual=True,
    ),
    Setting("CapMemBlockConfig", _names("enable_capmem"), "cells keep their values without refresh too", refused=False, usual=True),
    Setting("CapMemBlockConfig", _names("debug_i_out_select debug_v_ref_select"), "this output of the memory is not modelled"),
    Setting(
        "CapMemBlockConfig",
        _names("""v_global_bias current_cell_res boost_factor enable_boost enable_autoboost prescale_pause prescale_ramp sub_counter
               pause_counter pulse_a pulse_b boost_a boost_b"""),
        "cells have the values of the default refresh at once",
        refused=False,
        usual=True,
    ),
    Setting(
        "CommonSynramConfig",
        _names("pc_conf_west pc_conf_east w_conf_west w_conf_east wait_ctr_clear"),
        "the synapse memory works at any timing",
        refused=False,
        usual=True,
    ),
    *(
        Setting(
            f"{memory}SRAMTimingConfig",
            _names("read_delay address_setup_time write_width"),
            "the memory works at any timing",
            refused=False,
            usual=True,
        )
        for memory in ("CapMem", "Neuron", "NeuronBackend", "SynapseDriver", "CADCOffset")
    ),
    Setting(
        "CommonCorrelationConfig",
        _names("reset_fall_time"),
        "resets of correlation sensors end at once",
        refused=False,
        usual=True,
    ),
    Setting("CommonCorrelationConfig", _names("reset_mode"), "correlation sensors are reset to one voltage"),
    Setting(
        "PPUControlRegister", _names("cache_controller_enable force_clock_on force_clock_off"), "clock and cache are fixed", refused=False
    ),
)

CELLS_WITHOUT_EFFECT = _names(
    """neuron_i_bias_leak_source_follower
    neuron_i_bias_spike_comparator neuron_i_bias_synin_drop neuron_v_bias_casc_n"""
)
"""Rows and cells of the analog memory that nothing here follows: a code other than 0 is listed, never refused."""


def _slots(container: Any, name: str) -> list[int]:
    """Slots of a field, an array, or a part of a group in all its elements."""
    group, _, part = name.partition(".")
    field = next(field for field in container.fields() if field.name == group)
    if not part:
        return list(range(field.slot, field.slot + field.count))
    size = sum(one.count for one in field.parts)
    inner = next(one for one in field.parts if one.name == part)
    return [start + place for start in range(field.slot + inner.slot, field.slot + field.count, size) for place in range(inner.count)]


class Watch:
    """The rows of one container: which values its fields may have without being noticed."""

    def __init__(self, name: str) -> None:
        self.container: Any = getattr(haldls, name)
        self.layout = self.container.layout("Omnibus")
        self.rows: list[tuple[str, Setting]] = []
        slots: list[int] = []
        harmless: list[int] = []
        defaults = [value for field in self.container.fields() for value in field.defaults]
        for field, setting in [(field, row) for row in SETTINGS if row.container == name for field in row.fields]:
            places = _slots(self.container, field)
            slots += places
            harmless += [defaults[slot] if setting.usual else 0 for slot in places]
            self.rows += [(field, setting)] * len(places)
        self.slots, self.harmless = np.array(slots), np.array(harmless)
        marks = np.zeros((len(slots), self.layout.n_slots), np.int64)
        marks[np.arange(len(slots)), slots] = -1
        moved = self.layout.encode_array(marks) != self.layout.encode_array(0 * marks[:1])
        self.last_word = moved.shape[1] - 1 - moved[:, ::-1].argmax(axis=1)
        """Per row: the word with which the field is completely written."""

    def set(self, words: Words, written: int = -1) -> Iterator[tuple[int, str, Setting]]:
        """(coordinate, field, row of the table) of what is set in the words uint32[coordinates, words].

        written: only fields that a write to this word has completed. Else, words that are all 0 are taken for those after a reset.
        """
        values = self.layout.decode_array(words)[:, self.slots]
        looked_at = np.any(words != 0, axis=1, keepdims=True) if written < 0 else self.last_word == written
        places, fields = np.nonzero((values != self.harmless) & looked_at)
        for place, row in dict.fromkeys((place, self.rows[field]) for place, field in zip(places.tolist(), fields.tolist(), strict=True)):
            yield place, *row

    def name(self, enum: int) -> str:
        return f"{self.container.coordinate.__name__}({enum})"


@cache
def watches() -> dict[str, Watch]:
    """{container: its rows} of everything in the table."""
    return {name: Watch(name) for name in dict.fromkeys(setting.container for setting in SETTINGS)}


@cache
def _silent_cells() -> dict[str, NDArray[np.int64]]:
    """{name: numbers of its cells in a block} of `CELLS_WITHOUT_EFFECT`."""
    found: dict[str, NDArray[np.int64]] = {}
    for name in CELLS_WITHOUT_EFFECT:
        if hasattr(CapMemRowOnCapMemBlock, name):
            found[name] = int(getattr(CapMemRowOnCapMemBlock, name)) * 130 + np.arange(128)
        else:
            found[name] = np.array([int(getattr(CapMemCellOnCapMemBlock, name).toEnum())])
    return found


def refused(name: str, enum: int, written: int, words: Words) -> Unmodelled | None:
    """What strict mode refuses of a write to a word of a container, which then holds the words uint32[1, words]; None: nothing."""
    watch = watches()[name]
    found = (row for row in watch.set(words, written) if row[2].refused)
    return next((Unmodelled(watch.name(enum), field, setting.why, True) for _, field, setting in found), None)


def report(stored: Callable[[str], Words]) -> list[Unmodelled]:
    """Everything that is set now; `stored` gives the words uint32[coordinates, words] of a container."""
    found = [
        Unmodelled(watch.name(enum), field, setting.why, setting.refused)
        for name, watch in watches().items()
        for enum, field, setting in watch.set(stored(name))
    ]
    codes = stored("CapMemCell").reshape(4, -1)
    for name, cells in _silent_cells().items():
        count = int(np.count_nonzero(codes[:, cells]))
        if count:
            found.append(Unmodelled(f"{count} CapMemCellOnDLS", name, "nothing follows this bias or voltage", False))
    return found
