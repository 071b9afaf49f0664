#pragma once
#include "haldls/vx/v3/neuron.h"
#include "libnux/vx/omnibus.h"

namespace stadls::vx::v3::ppu {

// A register over the omnibus.
template <typename Container>
Container read(typename Container::coordinate_type const& coordinate)
{
	return Container::decode(libnux::vx::omnibus_read(Container::address(coordinate)));
}

} // namespace stadls::vx::v3::ppu
