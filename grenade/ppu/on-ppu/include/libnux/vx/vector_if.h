#pragma once
#include "libnux/vx/vector_row.h"

namespace libnux::vx {

// What is asked of the elements of a mask, beside zero.
enum class VectorIfCondition
{
	greater,
	lesser,
	equal,
	greater_equal,
	lesser_equal,
	unequal
};

// Per element: value_true where the element of the mask, compared with zero, meets the condition, else value_false.
template <typename Mask, typename Value>
Value vector_if(Mask const& mask, VectorIfCondition const condition, Value const& value_true, Value const& value_false)
{
	static_assert(sizeof(typename Mask::Element) == sizeof(typename Value::Element), "mask and values have elements of different sizes");
	static_assert(Mask::size == Value::size, "mask and values have different numbers of elements");
	constexpr bool is_unsigned = std::is_unsigned_v<typename Mask::Element>; // the instructions compare signed numbers
	Value ret(Value::no_value());
	auto const choose = [&](uint32_t const asked, Value const& then, Value const& otherwise) {
		detail::Operations<typename Value::Element>::select(&ret, &mask, &then, &otherwise, asked, sizeof(Value) / 128);
	};
	switch (condition) {
		case VectorIfCondition::greater:
			is_unsigned ? choose(GRENADE_EQUAL, value_false, value_true) : choose(GRENADE_GREATER, value_true, value_false);
			break;
		case VectorIfCondition::lesser:
			is_unsigned ? void(ret = value_false) : choose(GRENADE_LESSER, value_true, value_false);
			break;
		case VectorIfCondition::equal:
			choose(GRENADE_EQUAL, value_true, value_false);
			break;
		case VectorIfCondition::greater_equal:
			is_unsigned ? void(ret = value_true) : choose(GRENADE_LESSER, value_false, value_true);
			break;
		case VectorIfCondition::lesser_equal:
			is_unsigned ? choose(GRENADE_EQUAL, value_true, value_false) : choose(GRENADE_GREATER, value_false, value_true);
			break;
		case VectorIfCondition::unequal:
			choose(GRENADE_EQUAL, value_false, value_true);
			break;
	}
	return ret;
}

} // namespace libnux::vx
