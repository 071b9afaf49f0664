#pragma once
#include <array>
#include <cstddef>
#include <tuple>
#include <utility>

namespace hate {

namespace detail {

template <size_t I, typename F, typename... Collections>
void for_one(F& f, Collections&... collections) { f(std::get<I>(collections)...); }

template <typename F, size_t... I, typename... Collections>
void for_all(F& f, std::index_sequence<I...>, Collections&... collections) { (for_one<I>(f, collections...), ...); }

} // namespace detail

// f with the first elements of all tuples or arrays, then with the second ones, ...
template <typename F, typename First, typename... Others>
void for_each(F&& f, First&& first, Others&&... others)
{
	constexpr size_t size = std::tuple_size_v<std::remove_reference_t<First>>;
	static_assert(((std::tuple_size_v<std::remove_reference_t<Others>> == size) && ...), "hate::for_each needs collections of one size");
	detail::for_all(f, std::make_index_sequence<size>(), first, others...);
}

} // namespace hate
