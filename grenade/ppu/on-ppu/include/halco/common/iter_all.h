// Coordinates: numbers with a range.
#pragma once
#include "libnux/system.h"
#include <cstddef>
#include <array>
#include <cstdint>

namespace halco::common {

// A number of a coordinate in order.
struct Enum
{
	explicit constexpr Enum(size_t const value) : m_value(value) {}
	constexpr size_t value() const { return m_value; }
	constexpr operator size_t() const { return m_value; }

private:
	size_t m_value;
};

namespace detail {

// 0 to size - 1; a value beyond ends the program with code 1.
template <typename Self, size_t size_>
struct Ranged
{
	constexpr static size_t size = size_;
	constexpr static size_t min = 0;
	constexpr static size_t max = size_ - 1;

	explicit constexpr Ranged(size_t const value = 0) : m_value(value)
	{
		if (value >= size_) {
			exit(1);
		}
	}
	explicit constexpr Ranged(Enum const value) : Ranged(value.value()) {}

	constexpr size_t value() const { return m_value; }
	constexpr Enum toEnum() const { return Enum(m_value); }
	constexpr operator size_t() const { return m_value; }

private:
	uint16_t m_value;
};

template <typename T>
struct All
{
	struct Iterator
	{
		size_t place;
		T operator*() const { return T(Enum(place)); }
		Iterator& operator++()
		{
			++place;
			return *this;
		}
		bool operator!=(Iterator const& other) const { return place != other.place; }
	};
	Iterator begin() const { return {0}; }
	Iterator end() const { return {T::size}; }
};

} // namespace detail

template <typename T>
detail::All<T> iter_all() { return {}; }

} // namespace halco::common
