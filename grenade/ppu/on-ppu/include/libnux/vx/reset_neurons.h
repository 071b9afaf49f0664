#pragma once
#include "libnux/vx/dls.h"
#include "libnux/vx/vector_row.h"

namespace libnux::vx {

// Neurons of this hemisphere whose mask is above zero.
inline void reset_neurons(VectorMod8::Data const& mask_even, VectorMod8::Data const& mask_odd)
{
	vector_out_masked(&mask_even, &mask_even, dls_neuron_reset_base + PPU_EVEN);
	vector_out_masked(&mask_odd, &mask_odd, dls_neuron_reset_base + PPU_ODD);
}

inline void reset_neurons(VectorMod8 const& mask_even, VectorMod8 const& mask_odd) { reset_neurons(mask_even.data, mask_odd.data); }

// All neurons of this hemisphere.
inline void reset_neurons()
{
	VectorMod8 const any(0);
	vector_out(&any.data, dls_neuron_reset_base + PPU_EVEN);
	vector_out(&any.data, dls_neuron_reset_base + PPU_ODD);
}

} // namespace libnux::vx
