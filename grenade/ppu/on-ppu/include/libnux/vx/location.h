#pragma once
#include "libnux/vx/dls.h"
#include "libnux/vx/vector.h"

namespace libnux::vx {

// Which processor this is; true.
inline bool get_location(PPUOnDLS& ppu)
{
	ppu = static_cast<PPUOnDLS>(ppu_hemisphere());
	return true;
}

} // namespace libnux::vx
