// A vector of 128 bytes, in four kinds: bytes or halfwords, modulo or saturating.
#pragma once
#include "libnux/vx/detail/elementwise.h"
#include <cstddef>
#include <type_traits>

namespace libnux::vx {

namespace detail {

// Memory of a vector.
template <typename T>
struct alignas(16) Lanes
{
	T lane[128 / sizeof(T)];

	T& operator[](size_t const index) { return lane[index]; }
	T const& operator[](size_t const index) const { return lane[index]; }
};

// The other one of signed and unsigned.
template <typename T>
using OtherSign = std::conditional_t<std::is_signed_v<T>, std::make_unsigned<T>, std::make_signed<T>>;

} // namespace detail

template <typename Element_>
struct Vector : detail::Elementwise<Vector<Element_>, Element_>
{
	typedef Element_ Element;
	typedef detail::Lanes<Element> Data;
	typedef Vector<typename detail::OtherSign<Element>::type> Other;
	constexpr static size_t size = 128 / sizeof(Element);

	Data data;

	Vector() { this->fill(0); }
	Vector(Element const value) { this->fill(value); }
	Vector(Data const& other) { this->copy(&other); }
	Vector(Vector const& other) { this->copy(&other); }
	Vector(detail::NoValue) {}
	explicit Vector(Other const& other) { this->copy(&other); }

	Vector& operator=(Vector const& other)
	{
		this->copy(&other);
		return *this;
	}

	Element& operator[](size_t const index) { return data[index]; }
	Element const& operator[](size_t const index) const { return data[index]; }

	Other convert_contiguous() const { return this->template moved_range<Other>(); }
};

typedef Vector<uint8_t> VectorMod8;
typedef Vector<uint16_t> VectorMod16;
typedef Vector<int8_t> VectorFracSat8;
typedef Vector<int16_t> VectorFracSat16;

} // namespace libnux::vx
