// Sizes and locations. (facts: ppu/memory_map)
#pragma once
#include "libnux/vx/omnibus.h"
#include <cstddef>
#include <cstdint>

#include <ppu/memory.h>

namespace libnux::vx {

enum class PPUOnDLS : uint32_t
{
	top = PPU_TOP,
	bottom = PPU_BOTTOM
};

constexpr uint32_t dls_num_rows = PPU_ROWS;
constexpr uint32_t dls_num_columns = PPU_COLUMNS;
constexpr uint32_t dls_num_synapses = dls_num_rows * dls_num_columns;
constexpr uint32_t dls_vector_size = 128;
constexpr uint32_t dls_vector_slices = 8;
constexpr uint32_t dls_bytes_per_vector_slice = 16;
constexpr uint32_t dls_bytes_per_vector = dls_vector_size;
constexpr uint32_t dls_halfwords_per_vector = dls_bytes_per_vector / 2;
constexpr uint32_t dls_words_per_vector = dls_bytes_per_vector / 4;
constexpr uint32_t dls_num_vectors_per_row = 2;
constexpr uint32_t dls_num_synapse_vectors = dls_num_synapses / dls_vector_size;

// parallel bus
constexpr uint32_t dls_weight_base = PPU_WEIGHTS;
constexpr uint32_t dls_decoder_base = PPU_LABELS;
constexpr uint32_t dls_config_even_base = PPU_TIME_CALIB;
constexpr uint32_t dls_config_odd_base = PPU_AMP_CALIB;
constexpr uint32_t dls_causal_base = PPU_CADC_CAUSAL;
constexpr uint32_t dls_acausal_base = PPU_CADC_ACAUSAL;
constexpr uint32_t dls_buffer_enable_mask = PPU_CADC_BUFFERED;
constexpr uint32_t dls_randgen_base = PPU_RANDOM;
constexpr uint32_t dls_raw_base = PPU_CELLS;
constexpr uint32_t dls_neuron_reset_base = PPU_NEURON_RESET;
constexpr uint32_t dls_extmem_base = PPU_EXTERNAL_VECTORS;
constexpr uint32_t dls_extmem_dram_base = PPU_EXTERNAL_DRAM_VECTORS;

constexpr uint8_t dls_correlation_reset = 0x3;
constexpr uint32_t dls_weight_mask = 0x3f;
constexpr uint32_t dls_decoder_mask = 0x3f;

// omnibus
constexpr omnibus_address_t sram_top_base_address = PPU_SRAM_WORDS(PPU_TOP);
constexpr omnibus_address_t sram_bot_base_address = PPU_SRAM_WORDS(PPU_BOTTOM);
constexpr omnibus_address_t synram_top_base_address = PPU_SYNRAM_WORDS(PPU_TOP);
constexpr omnibus_address_t synram_bottom_base_address = PPU_SYNRAM_WORDS(PPU_BOTTOM);
constexpr omnibus_address_t cadc_top_causal_base_address = synram_top_base_address | dls_causal_base;
constexpr omnibus_address_t cadc_top_acausal_base_address = synram_top_base_address | dls_acausal_base;

constexpr uint32_t extmem_data_base = PPU_EXTERNAL;
constexpr uint32_t extmem_dram_data_base = PPU_EXTERNAL_DRAM;

} // namespace libnux::vx
