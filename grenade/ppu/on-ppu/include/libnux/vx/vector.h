// Rows of the synapse array and the converters.
#pragma once
#include "libnux/vx/dls.h"
#include "libnux/vx/vector_row.h"

namespace libnux::vx {

typedef VectorMod8::Data vector_type;
typedef VectorRowMod8 vector_row_t;

inline vector_row_t get_row_via_vector(size_t const row, uint32_t const base)
{
	vector_row_t ret(vector_row_t::no_value());
	vector_in_row(&ret.even.data, &ret.odd.data, base, base, row);
	return ret;
}

inline void set_row_via_vector(vector_row_t const& values, size_t const row, uint32_t const base)
{
	vector_out(&values.even.data, base + PPU_ROW(row, PPU_EVEN));
	vector_out(&values.odd.data, base + PPU_ROW(row, PPU_ODD));
}

// Only columns whose mask is above zero.
inline void set_row_via_vector_masked(vector_row_t const& values, vector_row_t const& mask, size_t const row, uint32_t const base)
{
	vector_out_masked(&values.even.data, &mask.even.data, base + PPU_ROW(row, PPU_EVEN));
	vector_out_masked(&values.odd.data, &mask.odd.data, base + PPU_ROW(row, PPU_ODD));
}

// As it stands on the omnibus: bits of weights are in another order there.
inline vector_row_t get_row_via_omnibus(size_t const row, uint32_t const base)
{
	constexpr size_t words = dls_num_columns / sizeof(omnibus_word_t);
	vector_row_t ret(vector_row_t::no_value());
	for (size_t i = 0; i < dls_num_columns; ++i) {
		omnibus_word_t const word = omnibus_read(base + row * words + i / 4);
		uint8_t const byte = word >> (24 - 8 * (i % 4));
		(i < dls_vector_size ? ret.even : ret.odd)[i % dls_vector_size] = byte;
	}
	return ret;
}

inline vector_type get_vector(uint32_t const base, uint32_t const index)
{
	vector_type ret;
	vector_in(&ret, base + index);
	return ret;
}

inline void set_vector(vector_type const& values, uint32_t const base, uint32_t const index) { vector_out(&values, base + index); }

} // namespace libnux::vx
