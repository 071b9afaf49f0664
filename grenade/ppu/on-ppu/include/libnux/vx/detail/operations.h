// The instructions for elements of one kind. Unsigned elements wrap around, signed ones saturate and are multiplied as fractions.
#pragma once
#include <cstdint>

#include "vectors.h"

namespace libnux::vx::detail {

template <typename Element>
struct Operations;

template <>
struct Operations<uint8_t>
{
	constexpr static auto add = vector_addbm;
	constexpr static auto sub = vector_subbm;
	constexpr static auto mul = vector_mulbm;
	constexpr static auto add_number = vector_addbm_number;
	constexpr static auto sub_number = vector_subbm_number;
	constexpr static auto mul_number = vector_mulbm_number;
	constexpr static auto wrapping_add_number = vector_addbm_number;
	constexpr static auto fill = vector_fillb;
	constexpr static auto select = vector_selectb;
	constexpr static auto right = vector_rightb;
	static void left(void* t, void const* a, uint32_t bits, uint32_t vectors) { vector_mulbm_number(t, a, 1 << bits, vectors); }
};

template <>
struct Operations<int8_t>
{
	constexpr static auto add = vector_addbfs;
	constexpr static auto sub = vector_subbfs;
	constexpr static auto mul = vector_mulbfs;
	constexpr static auto add_number = vector_addbfs_number;
	constexpr static auto sub_number = vector_subbfs_number;
	constexpr static auto mul_number = vector_mulbfs_number;
	constexpr static auto wrapping_add_number = vector_addbm_number;
	constexpr static auto fill = vector_fillb;
	constexpr static auto select = vector_selectb;
	constexpr static auto left = vector_left_signedb;
	static void right(void* t, void const* a, uint32_t bits, uint32_t vectors) { vector_mulbfs_number(t, a, 1 << (7 - bits), vectors); }
};

template <>
struct Operations<uint16_t>
{
	constexpr static auto add = vector_addhm;
	constexpr static auto sub = vector_subhm;
	constexpr static auto mul = vector_mulhm;
	constexpr static auto add_number = vector_addhm_number;
	constexpr static auto sub_number = vector_subhm_number;
	constexpr static auto mul_number = vector_mulhm_number;
	constexpr static auto wrapping_add_number = vector_addhm_number;
	constexpr static auto fill = vector_fillh;
	constexpr static auto select = vector_selecth;
	constexpr static auto right = vector_righth;
	static void left(void* t, void const* a, uint32_t bits, uint32_t vectors) { vector_mulhm_number(t, a, 1 << bits, vectors); }
};

template <>
struct Operations<int16_t>
{
	constexpr static auto add = vector_addhfs;
	constexpr static auto sub = vector_subhfs;
	constexpr static auto mul = vector_mulhfs;
	constexpr static auto add_number = vector_addhfs_number;
	constexpr static auto sub_number = vector_subhfs_number;
	constexpr static auto mul_number = vector_mulhfs_number;
	constexpr static auto wrapping_add_number = vector_addhm_number;
	constexpr static auto fill = vector_fillh;
	constexpr static auto select = vector_selecth;
	constexpr static auto left = vector_left_signedh;
	static void right(void* t, void const* a, uint32_t bits, uint32_t vectors) { vector_mulhfs_number(t, a, 1 << (15 - bits), vectors); }
};

} // namespace libnux::vx::detail
