// Correlation sensors through the parallel converters, by row.
#pragma once
#include "libnux/vx/dls.h"
#include "libnux/vx/vector_row.h"

namespace libnux::vx {

typedef VectorMod8::Data correlation_half;

// One conversion gives all four.
inline void get_correlation(
    correlation_half* first_causal, correlation_half* second_causal, correlation_half* first_acausal, correlation_half* second_acausal, uint8_t const row)
{
	constexpr uint32_t buffered = dls_acausal_base | dls_buffer_enable_mask;
	vector_in_row(first_causal, second_causal, dls_causal_base, dls_causal_base | dls_buffer_enable_mask, row);
	vector_in_row(first_acausal, second_acausal, buffered, buffered, row);
}

inline void get_causal_correlation(correlation_half* first, correlation_half* second, uint8_t const row)
{
	vector_in_row(first, second, dls_causal_base, dls_causal_base | dls_buffer_enable_mask, row);
}

inline void get_acausal_correlation(correlation_half* first, correlation_half* second, uint8_t const row)
{
	vector_in_row(first, second, dls_acausal_base, dls_acausal_base | dls_buffer_enable_mask, row);
}

inline void reset_correlation(uint8_t const row)
{
	VectorMod8 const both(dls_correlation_reset);
	vector_out(&both.data, dls_causal_base + PPU_ROW(row, PPU_EVEN));
	vector_out(&both.data, dls_causal_base + PPU_ROW(row, PPU_ODD));
}

inline void reset_all_correlations()
{
	for (uint32_t row = 0; row < dls_num_rows; ++row) {
		reset_correlation(row);
	}
}

} // namespace libnux::vx
