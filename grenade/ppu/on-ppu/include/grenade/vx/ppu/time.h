#pragma once
#include <cstdint>

namespace grenade::vx::ppu {

// Since the beginning of the experiment, in cycles of 4 ns.
uint64_t now();

} // namespace grenade::vx::ppu
