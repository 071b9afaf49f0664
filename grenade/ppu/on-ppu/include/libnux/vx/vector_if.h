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

namespace detail {

template <typename Mask, typename Value>
void select(Value& ret, Mask const& mask, VectorIfCondition const condition, Value const& value_true, Value const& value_false)
{
	typedef Operations<typename Value::Element> Do;
	auto const choose = [&](uint32_t const holds, Value const& then, Value const& otherwise) {
		Do::select(&ret.data, &mask.data, &then.data, &otherwise.data, holds);
	};
	constexpr bool is_unsigned = std::is_unsigned_v<typename Mask::Element>;
	switch (condition) {
		case VectorIfCondition::greater:
			return is_unsigned ? choose(GRENADE_EQUAL, value_false, value_true) : choose(GRENADE_GREATER, value_true, value_false);
		case VectorIfCondition::lesser:
			return is_unsigned ? void(ret = value_false) : choose(GRENADE_LESSER, value_true, value_false);
		case VectorIfCondition::equal:
			return choose(GRENADE_EQUAL, value_true, value_false);
		case VectorIfCondition::greater_equal:
			return is_unsigned ? void(ret = value_true) : choose(GRENADE_LESSER, value_false, value_true);
		case VectorIfCondition::lesser_equal:
			return is_unsigned ? choose(GRENADE_EQUAL, value_true, value_false) : choose(GRENADE_GREATER, value_false, value_true);
		case VectorIfCondition::unequal:
			return choose(GRENADE_EQUAL, value_false, value_true);
	}
}

} // namespace detail

// Per element: value_true where the element of the mask, compared with zero, meets the condition, else value_false.
template <typename Mask, typename Value>
Value vector_if(Mask const& mask, VectorIfCondition const condition, Value const& value_true, Value const& value_false)
{
	static_assert(sizeof(typename Mask::Element) == sizeof(typename Value::Element), "mask and values have elements of different sizes");
	static_assert(Mask::size == Value::size, "mask and values have different numbers of elements");
	Value ret(Value::no_value());
	if constexpr (Value::size * sizeof(typename Value::Element) == 128) {
		detail::select(ret, mask, condition, value_true, value_false);
	} else {
		ret.first() = vector_if(mask.first(), condition, value_true.first(), value_false.first());
		ret.second() = vector_if(mask.second(), condition, value_true.second(), value_false.second());
	}
	return ret;
}

} // namespace libnux::vx
