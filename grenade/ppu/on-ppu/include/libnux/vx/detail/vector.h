// A vector of 128 bytes, in four kinds: bytes or halfwords, modulo or saturating.
#pragma once
#include "libnux/vx/detail/elementwise.h"
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "vectors.h"

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

// The instructions for elements of one kind. Unsigned elements wrap around, signed ones saturate and are multiplied as fractions.
template <typename Element>
struct Operations;

template <>
struct Operations<uint8_t>
{
	static void add(void* t, void const* a, void const* b) { vector_addbm(t, a, b); }
	static void sub(void* t, void const* a, void const* b) { vector_subbm(t, a, b); }
	static void mul(void* t, void const* a, void const* b) { vector_mulbm(t, a, b); }
	static void fill(void* t, uint32_t value) { vector_fillb(t, value); }
	static void wrapping_add(void* t, void const* a, void const* b) { vector_addbm(t, a, b); }
	static void wrapping_mul(void* t, void const* a, void const* b) { vector_mulbm(t, a, b); }
	static void right(void* t, void const* a, uint32_t bits) { vector_rightb(t, a, bits); }
	static void select(void* t, void const* mask, void const* a, void const* b, uint32_t condition) { vector_selectb(t, mask, a, b, condition); }
};

template <>
struct Operations<int8_t> : Operations<uint8_t>
{
	static void add(void* t, void const* a, void const* b) { vector_addbfs(t, a, b); }
	static void sub(void* t, void const* a, void const* b) { vector_subbfs(t, a, b); }
	static void mul(void* t, void const* a, void const* b) { vector_mulbfs(t, a, b); }
};

template <>
struct Operations<uint16_t>
{
	static void add(void* t, void const* a, void const* b) { vector_addhm(t, a, b); }
	static void sub(void* t, void const* a, void const* b) { vector_subhm(t, a, b); }
	static void mul(void* t, void const* a, void const* b) { vector_mulhm(t, a, b); }
	static void fill(void* t, uint32_t value) { vector_fillh(t, value); }
	static void wrapping_add(void* t, void const* a, void const* b) { vector_addhm(t, a, b); }
	static void wrapping_mul(void* t, void const* a, void const* b) { vector_mulhm(t, a, b); }
	static void right(void* t, void const* a, uint32_t bits) { vector_righth(t, a, bits); }
	static void select(void* t, void const* mask, void const* a, void const* b, uint32_t condition) { vector_selecth(t, mask, a, b, condition); }
};

template <>
struct Operations<int16_t> : Operations<uint16_t>
{
	static void add(void* t, void const* a, void const* b) { vector_addhfs(t, a, b); }
	static void sub(void* t, void const* a, void const* b) { vector_subhfs(t, a, b); }
	static void mul(void* t, void const* a, void const* b) { vector_mulhfs(t, a, b); }
};

} // namespace detail

template <typename Element_>
struct Vector : detail::Elementwise<Vector<Element_>>
{
	typedef Element_ Element;
	typedef detail::Lanes<Element> Data;
	constexpr static size_t size = 128 / sizeof(Element);
	constexpr static bool is_vector = true;

	Data data;

	Vector() : Vector(Element(0)) {}
	Vector(Element const value) { Do::fill(&data, static_cast<uint32_t>(value)); }
	Vector(Data const& other) { vector_copy(&data, &other); }
	Vector(Vector const& other) { vector_copy(&data, &other.data); }
	Vector(typename detail::Elementwise<Vector>::NoValue) {}

	// the same bits
	template <typename Other, typename = std::enable_if_t<sizeof(Other) == sizeof(Element) && !std::is_same_v<Other, Element>>>
	explicit Vector(Vector<Other> const& other) { vector_copy(&data, &other.data); }

	Vector& operator=(Vector const& other)
	{
		vector_copy(&data, &other.data);
		return *this;
	}

	Element& operator[](size_t const index) { return data[index]; }
	Element const& operator[](size_t const index) const { return data[index]; }

	// lowest value to lowest value: unsigned 0 is the most negative signed number
	auto convert_contiguous() const
	{
		typedef std::conditional_t<std::is_signed_v<Element>, std::make_unsigned_t<Element>, std::make_signed_t<Element>> Other;
		Vector<Other> ret(Element(1u << (bits - 1)));
		Do::wrapping_add(&ret.data, &ret.data, &data);
		return ret;
	}

	static void add(Vector& t, Vector const& a, Vector const& b) { Do::add(&t.data, &a.data, &b.data); }
	static void sub(Vector& t, Vector const& a, Vector const& b) { Do::sub(&t.data, &a.data, &b.data); }
	static void mul(Vector& t, Vector const& a, Vector const& b) { Do::mul(&t.data, &a.data, &b.data); }

	static bool is_equal(Vector const& a, Vector const& b)
	{
		for (size_t i = 0; i < size; ++i) {
			if (a[i] != b[i]) {
				return false;
			}
		}
		return true;
	}

	// To the right if negative. Signed elements keep their sign; to the left they lose the bits that leave.
	static void shift_left(Vector& t, Vector const& a, int const by)
	{
		if (by == 0) {
			vector_copy(&t.data, &a.data);
		} else if (by >= bits || by <= -bits) {
			Do::fill(&t.data, 0);
		} else if (!std::is_signed_v<Element>) {
			by > 0 ? multiply(t, a, by) : Do::right(&t.data, &a.data, -by);
		} else if (by < 0) { // a product of fractions
			Vector const factor(Element(1u << (bits - 1 + by)));
			Do::mul(&t.data, &a.data, &factor.data);
		} else {
			shift_left_signed(t, a, by);
		}
	}

private:
	typedef detail::Operations<Element> Do;
	constexpr static int bits = 8 * sizeof(Element);

	static void multiply(Vector& t, Vector const& a, int const by)
	{
		Vector const factor(Element(1u << by));
		Do::wrapping_mul(&t.data, &a.data, &factor.data);
	}

	static void shift_left_signed(Vector& t, Vector const& a, int const by)
	{
		Vector sign(detail::Elementwise<Vector>::no_value());
		Do::right(&sign.data, &a.data, bits - 1);
		multiply(sign, sign, bits - 1);
		multiply(t, a, by);
		multiply(t, t, 1); // out with the bit in the sign's place
		Do::right(&t.data, &t.data, 1);
		Do::wrapping_add(&t.data, &t.data, &sign.data);
	}
};

typedef Vector<uint8_t> VectorMod8;
typedef Vector<uint16_t> VectorMod16;
typedef Vector<int8_t> VectorFracSat8;
typedef Vector<int16_t> VectorFracSat16;

} // namespace libnux::vx
