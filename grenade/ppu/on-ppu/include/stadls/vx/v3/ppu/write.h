#pragma once
#include "haldls/vx/v3/neuron.h"
#include "libnux/vx/omnibus.h"

namespace stadls::vx::v3::ppu {

// A register over the omnibus.
template <typename Container>
void write(typename Container::coordinate_type const& coordinate, Container const& container)
{
	libnux::vx::omnibus_write(Container::address(coordinate), container.encode());
}

} // namespace stadls::vx::v3::ppu
