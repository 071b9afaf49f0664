// Operators of everything that consists of vectors of 128 bytes one behind the other.
#pragma once
#include "libnux/vx/detail/operations.h"
#include <cstddef>
#include <cstdint>

namespace libnux::vx::detail {

// For constructors that leave the elements as they are.
struct NoValue {};

// Self consists of vectors of elements, and offers constructors from an element and from NoValue. Operators are friends, so that an element may
// stand on either side.
template <typename Self, typename Element>
struct Elementwise
{
	static NoValue no_value() { return {}; }

	friend Self operator+(Self const& a, Self const& b) { return binary<Do::add>(a, b); }
	friend Self operator-(Self const& a, Self const& b) { return binary<Do::sub>(a, b); }
	friend Self operator*(Self const& a, Self const& b) { return binary<Do::mul>(a, b); }
	friend Self operator+(Self const& a, Element const b) { return binary_number<Do::add_number>(a, b); }
	friend Self operator-(Self const& a, Element const b) { return binary_number<Do::sub_number>(a, b); }
	friend Self operator*(Self const& a, Element const b) { return binary_number<Do::mul_number>(a, b); }
	friend Self operator+(Element const a, Self const& b) { return binary_number<Do::add_number>(b, a); }
	friend Self operator*(Element const a, Self const& b) { return binary_number<Do::mul_number>(b, a); }
	friend Self operator-(Element const a, Self const& b) { return Self(a) - b; }
	friend Self operator<<(Self const& a, int const bits) { return shifted(a, bits); }
	friend Self operator>>(Self const& a, int const bits) { return shifted(a, -bits); }

	friend bool operator!=(Self const& a, Self const& b) { return !(a == b); }
	friend bool operator==(Self const& a, Self const& b)
	{
		for (size_t i = 0; i < Self::size; ++i) {
			if (a[i] != b[i]) {
				return false;
			}
		}
		return true;
	}

	Self operator-() const { return Self(0) - self(); }
	Self& operator+=(Self const& other) { return in_place<Do::add>(other); }
	Self& operator-=(Self const& other) { return in_place<Do::sub>(other); }
	Self& operator*=(Self const& other) { return in_place<Do::mul>(other); }
	Self& operator+=(Element const other) { return in_place_number<Do::add_number>(other); }
	Self& operator-=(Element const other) { return in_place_number<Do::sub_number>(other); }
	Self& operator*=(Element const other) { return in_place_number<Do::mul_number>(other); }
	Self& operator<<=(int const bits) { return shift(self(), self(), bits); }
	Self& operator>>=(int const bits) { return shift(self(), self(), -bits); }

protected:
	typedef Operations<Element> Do;

	void fill(Element const value) { Do::fill(this, value, vectors()); }
	void copy(void const* const other) { vector_copy(this, other, vectors()); }

	// the same bits as unsigned numbers with 0 as the lowest one, or signed ones with the most negative one
	template <typename Other>
	Other moved_range() const
	{
		Other ret(no_value());
		Do::wrapping_add_number(&ret, this, 1 << (bits_of_element - 1), vectors());
		return ret;
	}

private:
	constexpr static int bits_of_element = 8 * sizeof(Element);
	constexpr static uint32_t vectors() { return sizeof(Self) / 128; }

	Self& self() { return static_cast<Self&>(*this); }
	Self const& self() const { return static_cast<Self const&>(*this); }

	template <void operation(void*, void const*, void const*, uint32_t)>
	static Self binary(Self const& a, Self const& b)
	{
		Self ret(no_value());
		operation(&ret, &a, &b, vectors());
		return ret;
	}

	template <void operation(void*, void const*, int32_t, uint32_t)>
	static Self binary_number(Self const& a, Element const b)
	{
		Self ret(no_value());
		operation(&ret, &a, b, vectors());
		return ret;
	}

	template <void operation(void*, void const*, void const*, uint32_t)>
	Self& in_place(Self const& other)
	{
		operation(this, this, &other, vectors());
		return self();
	}

	template <void operation(void*, void const*, int32_t, uint32_t)>
	Self& in_place_number(Element const other)
	{
		operation(this, this, other, vectors());
		return self();
	}

	static Self shifted(Self const& a, int const bits)
	{
		Self ret(no_value());
		shift(ret, a, bits);
		return ret;
	}

	// To the right if negative. Signed elements keep their sign; to the left they lose the bits that leave.
	static Self& shift(Self& target, Self const& a, int const bits)
	{
		if (bits >= bits_of_element || bits <= -bits_of_element) {
			target.fill(0);
		} else if (bits == 0) {
			target.copy(&a);
		} else if (bits < 0) {
			Do::right(&target, &a, -bits, vectors());
		} else {
			Do::left(&target, &a, bits, vectors());
		}
		return target;
	}
};

} // namespace libnux::vx::detail
