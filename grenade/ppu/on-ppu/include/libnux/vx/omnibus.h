// Registers of the chip by word address.
#pragma once
#include <cstdint>

namespace libnux::vx {

typedef uint32_t omnibus_address_t;
typedef uint32_t omnibus_word_t;

inline omnibus_word_t volatile* get_omnibus_pointer(omnibus_address_t const address)
{
	return reinterpret_cast<omnibus_word_t volatile*>(1u << 31 | address << 2);
}

inline omnibus_word_t omnibus_read(omnibus_address_t const address) { return *get_omnibus_pointer(address); }
inline void omnibus_write(omnibus_address_t const address, omnibus_word_t const value) { *get_omnibus_pointer(address) = value; }

} // namespace libnux::vx
