// Text for the host, which finds it in the log.
#pragma once
#include <cstdint>

#include <ppu/mailbox.h>

namespace libnux::vx {

inline uint32_t mailbox_write_string(char const* text)
{
	uint32_t length = 0;
	for (; text[length]; ++length) {
		ppu_put(text[length]);
	}
	return length;
}

inline uint32_t mailbox_write_int(uint32_t const number)
{
	ppu_print_unsigned(number);
	return sizeof(number);
}

inline uint32_t mailbox_write_signed_int(int32_t const number)
{
	ppu_print_int(number);
	return sizeof(number);
}

inline void mailbox_write_u8(uint32_t const offset, uint8_t const byte) { ppu_mailbox[offset] = byte; }
inline uint8_t mailbox_read_u8(uint32_t const offset) { return ppu_mailbox[offset]; }

} // namespace libnux::vx
